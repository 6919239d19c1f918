import { describe, expect, it } from 'vitest'
import { animation, colourAt, contextOf, delays, nameOf, pictureOf } from './pictures.fixtures.ts'
import { turn } from './turn.ts'

describe('turn', () => {
  it.each([
    { flop: false, quarters: 1 },
    { flop: true, quarters: 2 },
  ] as const)('turns every frame of an animation in its place: %o', async (pending) => {
    const gif = await animation(['#ff0000', '#00ff00', '#0000ff'], 8, 6)
      .gif({ delay: delays(3) })
      .toBuffer()
    const context = await contextOf([gif], {}, { format: 'gif' })
    const loaded = await pictureOf(context)
    const size = pending.quarters === 1 ? { width: 6, height: 8 } : { width: 8, height: 6 }
    const picture = await turn({ ...loaded, ...size, turn: pending })
    expect(picture.delay).toEqual([100, 200, 300])
    const file = await picture.image.gif({ delay: delays(3), keepDuplicateFrames: true }).toBuffer()
    const names = []
    for (const frame of [0, 1, 2]) names.push(nameOf(await colourAt(file, 3, frame * size.height + 3)))
    expect(names).toEqual(['red', 'green', 'blue'])
  })
})
