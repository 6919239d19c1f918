import { describe, expect, it } from 'vitest'
import { textStamp } from './pictures.fixtures.ts'
import { stampPositions, stampScale, visibleArea } from './placement.ts'

const size = { width: 20, height: 10 }
const base = { width: 200, height: 100 }

describe('placement', () => {
  it.each([
    ['NorthWest', 0, 0],
    ['North', 90, 0],
    ['NorthEast', 180, 0],
    ['West', 0, 45],
    ['Center', 90, 45],
    ['East', 180, 45],
    ['SouthWest', 0, 90],
    ['South', 90, 90],
    ['SouthEast', 180, 90],
  ] as const)('puts a stamp at %s', (gravity, left, top) => {
    expect(stampPositions({ ...textStamp, gravity }, size, base)).toEqual([{ left, top }])
  })

  it.each([
    ['NorthWest', 30, 22],
    ['SouthEast', 150, 68],
    ['Center', 120, 67],
    ['North', 120, 22],
    ['East', 150, 67],
  ] as const)('moves it inward from %s, else right and down', (gravity, left, top) => {
    const moved = {
      ...textStamp,
      gravity,
      horizontalPercent: 10,
      horizontalPixels: 10,
      verticalPercent: 20,
      verticalPixels: 2,
    }
    expect(stampPositions(moved, size, base)).toEqual([{ left, top }])
  })

  it('stamps a mosaic at the centres of nine cells, whatever the gravity', () => {
    const places = stampPositions({ ...textStamp, mosaic: true, gravity: 'North', horizontalPixels: 50 }, size, base)
    expect(places).toHaveLength(9)
    expect(places[0]).toEqual({ left: 23, top: 12 })
    expect(places[4]).toEqual({ left: 90, top: 45 })
    expect(places[8]).toEqual({ left: 157, top: 78 })
  })

  it('scales a stamp to percents of the base and keeps its ratio', () => {
    expect(stampScale({}, size, base)).toBe(1)
    expect(stampScale({ widthPercent: 50 }, size, base)).toBe(5)
    expect(stampScale({ widthPercent: 50, heightPercent: 10 }, size, base)).toBe(1)
  })

  it('clips what lies outside', () => {
    expect(visibleArea({ width: 300, height: 10 }, { left: -50, top: 95 }, base)).toEqual({
      left: 50,
      top: 0,
      width: 200,
      height: 5,
    })
    expect(visibleArea(size, { left: 200, top: 0 }, base)).toBeUndefined()
  })
})
