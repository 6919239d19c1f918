/** Decisions at their borders; docs/photo-flags.md has the figures over many scenes, test/sites/flags.contract.ts the way through the server. */
import { describe, expect, it } from 'vitest'
import { drawView, type View } from '../../../test/support/drawn-views.ts'
import { describe as describeImage } from '../../adapters/engine/child/describe/describe.ts'
import { align, edgesOf } from './edges.ts'
import { bytesOf, learn, type UsualView } from './usual-view.ts'
import { compareView, isBlurred, isDark, isMoved, isObstructed, isSame } from './view-flags.ts'

const limits = { pixels: 120_000_000, side: 65_535, frames: 100, framePixels: 500_000_000 }

async function measured(view: View) {
  const { description } = await describeImage(
    await drawView({ width: 640, height: 480, ...view }),
    {},
    limits,
    async () => undefined,
  )
  if (description.view === null) throw new Error('not measured')
  return description.view
}

async function usualView(): Promise<UsualView> {
  const views: View[] = [{ moment: 1 }, { moment: 2, light: 0.7 }, { moment: 3, sun: 'right' }, { moment: 4, fog: 0.2 }]
  let usual: UsualView | undefined
  for (const view of views) usual = learn(usual, await measured(view))
  if (usual === undefined) throw new Error('nothing learned')
  return usual
}

describe('measures of a view', () => {
  it('are small, and the same for the same picture', async () => {
    const measures = await measured({})
    expect(JSON.stringify(measures).length).toBeLessThan(4700)
    expect(bytesOf(measures.grid)).toHaveLength(64 * 48)
    expect(bytesOf(measures.detail)).toHaveLength(4 * 48)
    expect(await measured({})).toEqual(measures)
  })

  it('find a shift to a third of a hundredth of the sides', async () => {
    const one = edgesOf(bytesOf((await measured({ moment: 1 })).grid))
    for (const [dx, dy] of [
      [0.02, 0],
      [-0.05, 0.03],
      [0.13, -0.08],
    ] as const) {
      const found = align(one, edgesOf(bytesOf((await measured({ moment: 2, dx, dy })).grid)))
      // What is seen lies further left when the camera looks further right.
      expect(Math.abs(found.dx / 64 + dx)).toBeLessThan(0.0035)
      expect(Math.abs(found.dy / 48 + dy)).toBeLessThan(0.0035)
    }
  })
})

describe('dark', () => {
  it('is what shows practically nothing: no dim scene, and no night with lamps', async () => {
    expect(isDark(await measured({ light: 0.06 }))).toBe(true)
    const dim = await measured({ light: 0.2 })
    expect(dim.mean).toBeLessThan(40)
    expect(isDark(dim)).toBe(false)

    const night = await measured({ light: 0.06 })
    const grid = Uint8Array.from(bytesOf(night.grid))
    const lamps = (count: number) => ({
      ...night,
      grid: Buffer.from(grid.fill(120, 500, 500 + count)).toString('base64'),
    })
    expect([isDark(lamps(2)), isDark(lamps(8))]).toEqual([true, false])
  })
})

describe('against the usual view', () => {
  it('nothing is odd about what was learned, and averaging keeps its detail', async () => {
    let usual = await usualView()
    const again = await measured({ moment: 1 })
    for (let times = 0; times < 60; times++) usual = learn(usual, again)
    expect(usual.photos).toBe(64)
    const [kept, now] = [bytesOf(usual.detail), bytesOf(again.detail)]
    const off = Array.from(kept, (value, at) => Math.abs(value - (now[at] ?? 0)))
    expect(Math.max(...off)).toBeLessThanOrEqual(2)
    const found = compareView(usual, again)
    expect([isMoved(found, usual), isObstructed(found), isBlurred(found)]).toEqual([false, false, false])
  })

  it('a picture of another size says nothing about sharpness', async () => {
    const usual = await usualView()
    const other = await measured({ width: 2000, height: 1500, blur: 8 })
    expect(other.side).not.toBe(usual.side)
    expect(compareView(usual, other).acuity).toBeNull()
  })

  it('the same photo encoded again is the same; a minute later it is not', async () => {
    const one = await measured({ moment: 1 })
    expect(isSame(one, await measured({ moment: 1, quality: 40 }))).toBe(true)
    expect(isSame(one, await measured({ moment: 2 }))).toBe(false)
  })
})
