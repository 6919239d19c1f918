import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { assemble } from './assemble.ts'
import { encode } from './encode.ts'
import { load } from './load.ts'
import { colourAt, contextOf, limits, nameOf, quadrants } from './pictures.fixtures.ts'

const plain = (background: string, width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()

describe('assemble', () => {
  it('makes one gif on the canvas of the first source, the others fitted and centred', async () => {
    const files = [
      await quadrants(60, 40).png().toBuffer(),
      await plain('#0000ff', 10, 40),
      await plain('#00ff00', 400, 20),
    ]
    const context = await contextOf(files, {}, { format: 'gif', animation: { delayMs: 250, loop: 3, turns: [] } })
    const { bytes } = await encode(await assemble(load(context), context), context)
    const { width, pageHeight, pages, delay, loop } = await sharp(bytes, { pages: -1 }).metadata()
    expect({ width, pageHeight, pages, delay, loop }).toEqual({
      width: 60,
      pageHeight: 40,
      pages: 3,
      delay: [250, 250, 250],
      loop: 3,
    })
    const file = bytes ?? Buffer.alloc(0)
    expect(nameOf(await colourAt(file, 15, 10))).toBe('red')
    expect(nameOf(await colourAt(file, 30, 60))).toBe('blue')
    expect(nameOf(await colourAt(file, 5, 60))).toBe('white')
    expect(nameOf(await colourAt(file, 30, 100))).toBe('green')
    expect(nameOf(await colourAt(file, 30, 82))).toBe('white')
  })

  it('refuses more frames than allowed', async () => {
    const file = await plain('#ffffff', 4, 4)
    const context = await contextOf(
      [file, file, file],
      {},
      { format: 'gif', animation: { delayMs: 100, loop: 0, turns: [] } },
    )
    const strict = { ...context, limits: { ...limits, frames: 2 } }
    await expect(assemble(load(strict), strict)).rejects.toMatchObject({ code: 'out_of_range' })
  })
})
