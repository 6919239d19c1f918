import { describe, expect, it } from 'vitest'
import type { LayerPosition } from '../../../../../core/processing/transformation.ts'
import { fromEnd, px } from './layers.fixtures.ts'
import { offsetVariables, placeOverlay } from './place.ts'

const base = { width: 200, height: 100 }
const small = { width: 40, height: 20 }
const large = { width: 300, height: 160 }

function place(position: LayerPosition, overlay = small): string {
  const { left, top } = placeOverlay(position, overlay, base, offsetVariables(base, overlay, overlay))
  return `${left},${top}`
}

describe('section 8, "lfo": center (default), edges, corners', () => {
  it.each([
    [undefined, '80,40'],
    [{ x: 0, y: -1 }, '80,0'],
    [{ x: -1, y: 0 }, '0,40'],
    [{ x: 0, y: 1 }, '80,80'],
    [{ x: 1, y: 0 }, '160,40'],
    [{ x: -1, y: -1 }, '0,0'],
    [{ x: 1, y: 1 }, '160,80'],
  ] as const)('%j', (focus, expected) => {
    expect(place(focus === undefined ? {} : { focus })).toBe(expected)
  })

  it('"ignored when lx/ly/lxc/lyc given"; an offset that is not given is 0', () => {
    expect(place({ focus: { x: 1, y: 1 }, x: px(7) })).toBe('7,0')
    expect(place({ focus: { x: 1, y: 1 }, centerY: px(30) })).toBe('0,20')
  })
})

describe('section 8, "lx, ly"', () => {
  it.each([
    [px(10), px(20), '10,20'],
    // "N.. measures from the right/bottom edge"
    [fromEnd(10), fromEnd(20), '150,60'],
    [fromEnd(0), fromEnd(0), '160,80'],
    // "values beyond the base are clamped so that the overlay fits"
    [px(199), px(5000), '160,80'],
    [fromEnd(170), fromEnd(5000), '0,0'],
    [px(-5), px(0), '0,0'],
    [px(10.4), px(10.6), '10,11'],
  ])('%j %j', (x, y, expected) => {
    expect(place({ x, y })).toBe(expected)
  })

  it('expressions know the base and the finished overlay', () => {
    const half = (of: 'bw' | 'bh') => ({ operator: 'div', left: { variable: of }, right: 2 }) as const
    const x = {
      operator: 'sub',
      left: half('bw'),
      right: { operator: 'div', left: { variable: 'cw' }, right: 2 },
    } as const
    expect(place({ x: px(x), y: px(half('bh')) })).toBe('80,50')
  })
})

describe('section 8, "lxc, lyc": the overlay\'s centre', () => {
  it.each([
    [px(100), px(50), '80,40'],
    [fromEnd(30), fromEnd(15), '150,75'],
    [px(5), px(99), '0,80'],
  ])('%j %j', (centerX, centerY, expected) => {
    expect(place({ centerX, centerY })).toBe(expected)
  })
})

describe('section 8, "lap": the point of the base that offsets count from', () => {
  it.each([
    [{ x: 0, y: 0 }, px(10), px(-10), '110,40'],
    [{ x: 0, y: 0 }, fromEnd(30), fromEnd(30), '70,20'],
    [{ x: 1, y: 1 }, fromEnd(60), fromEnd(25), '140,75'],
    [{ x: 1, y: 1 }, px(0), px(0), '160,80'],
    [{ x: -1, y: 1 }, px(3), fromEnd(50), '3,50'],
  ] as const)('%j %j %j', (anchor, x, y, expected) => {
    expect(place({ anchor, x, y })).toBe(expected)
  })

  it('also for centres', () => {
    expect(place({ anchor: { x: 0, y: 0 }, centerX: px(0), centerY: px(0) })).toBe('80,40')
  })
})

describe('an overlay larger than its base', () => {
  it('is centred, or hangs over on the side away from the focus', () => {
    expect(place({}, large)).toBe('-50,-30')
    expect(place({ focus: { x: -1, y: -1 } }, large)).toBe('0,0')
    expect(place({ focus: { x: 1, y: 1 } }, large)).toBe('-100,-60')
  })

  it('covers all of the base wherever it is put', () => {
    expect(place({ x: px(0), y: px(50) }, large)).toBe('0,0')
    expect(place({ x: fromEnd(0), y: fromEnd(0) }, large)).toBe('-100,-60')
    expect(place({ x: px(-500), y: px(-20) }, large)).toBe('-100,-20')
  })
})
