import { describe, expect, it } from 'vitest'
import { drawView, type View } from '../../../test/support/drawn-views.ts'
import { describe as describeImage } from '../../adapters/engine/child/describe/describe.ts'
import { changeOf, mapSize } from './change.ts'

const limits = { pixels: 120_000_000, side: 65_535, frames: 100, framePixels: 500_000_000 }

async function measured(view: View) {
  const { description } = await describeImage(await drawView(view), {}, limits, async () => undefined)
  if (description.view === null) throw new Error('not measured')
  return { measures: description.view, ratio: description.width / description.height }
}

const change = async (one: View, other: View) => changeOf(await measured(one), await measured(other))

describe('the change between two photos of a view', () => {
  it.each<[string, View, View]>([
    ['other traffic', { moment: 1 }, { moment: 2 }],
    ['half the light', {}, { light: 0.5, moment: 3 }],
    ['the sun on the other side', {}, { sun: 'right', moment: 2 }],
    ['thin fog', {}, { fog: 0.4, moment: 4 }],
    ['a poor encoding', {}, { quality: 25 }],
    ['a shaken camera', {}, { dx: 0.012, dy: -0.01, moment: 2 }],
    ['a smaller photo', {}, { width: 480, height: 360 }],
    ['a wider format', {}, { width: 1280, height: 720 }],
  ])('is small with %s', async (_name, one, other) => {
    expect((await change(one, other)).change).toBeLessThan(0.3)
  })

  it('is large with a new building, and the map shows where', async () => {
    const { change: found, map } = await change({}, { tower: true, light: 0.8, moment: 2 })
    expect(found).toBeGreaterThan(0.35)
    expect([map.length, map[0]?.length]).toEqual([mapSize.rows, mapSize.columns])
    const mean = (rows: [number, number], columns: [number, number]) => {
      const places = map.slice(...rows).flatMap((row) => row.slice(...columns))
      return places.reduce((sum, value) => sum + value, 0) / places.length
    }
    // The tower stands at 180..480 of 1200, 130..510 of 900.
    expect(mean([2, 6], [3, 6])).toBeGreaterThan(0.5)
    expect(mean([2, 6], [8, 16])).toBeLessThan(0.25)
  })

  it('is larger still with another view, and none with the same photo', async () => {
    expect((await change({}, { dx: 0.45, dy: 0.3, zoom: 1.6 })).change).toBeGreaterThan(0.5)
    expect((await change({}, {})).change).toBe(0)
  })
})
