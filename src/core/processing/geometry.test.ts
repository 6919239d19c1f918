/** Sizes by the table and the documented checks of image-urls.md section 3. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitStep, type Size, sizeOf, variablesOf } from './geometry.ts'
import type { SizeMode, Step } from './transformation.ts'

const fitted = (step: Omit<Step, 'type'>, from: Size) =>
  fitStep({ type: 'step', ...step }, from, variablesOf({ current: from, original: from }))
const sides = (step: Omit<Step, 'type'>, from: Size = { width: 740, height: 1000 }) => {
  const fit = fitted(step, from)
  return fit && Object.values(sizeOf(fit))
}

describe('the documented examples', () => {
  it.each<[Omit<Step, 'type'>, number, number]>([
    [{ width: 300, height: 200, mode: 'at_max' }, 148, 200],
    [{ width: 300, height: 200, mode: 'at_least' }, 300, 405],
    [{ width: 850, height: 1000, mode: 'at_max_enlarge' }, 740, 1000],
    [{ width: 2000, height: 2000, mode: 'at_max' }, 740, 1000],
    [{ width: 200, height: 200 }, 200, 200],
    [{ width: 200, ratio: 4 / 3 }, 200, 150],
    [{ width: 200, height: 100, ratio: 4 / 3 }, 200, 100],
    [{ width: 2000, height: 2000, mode: 'maintain_ratio_no_enlarge' }, 740, 740],
    [{ width: 100, height: 100, dpr: 2 }, 200, 200],
    [{ width: 3000, dpr: 2 }, 3000, 4054],
    [{ width: 900, height: 500, mode: 'pad_extract' }, 900, 500],
    [{ width: 900, height: 1200, mode: 'pad_resize_no_enlarge' }, 900, 1200],
    [{ width: { operator: 'div', left: { variable: 'iw' }, right: 2 } }, 370, 500],
    [{ width: 500, height: 500, mode: 'extract', x: 700, y: 0 }, 40, 500],
  ])('%o', (step, width, height) => {
    expect(sides(step)).toEqual([width, height])
  })

  it('refuses extracts that leave the picture and sides that are not positive', () => {
    expect(() => sides({ width: 500, height: 500, mode: 'extract', centerX: 100, centerY: 500 })).toThrow(/xc-100/)
    expect(() => sides({ width: 500, height: 500, mode: 'extract', x: 740 })).toThrow(/x-740/)
    expect(() => sides({ width: { operator: 'sub', left: { variable: 'iw' }, right: 800 } })).toThrow(
      /"w" comes to -60/,
    )
  })
})

const side = fc.integer({ min: 1, max: 3000 })
const box = fc.record({ width: side, height: side })

describe('for every picture and box', () => {
  const exact: SizeMode[] = ['maintain_ratio', 'force', 'pad_resize', 'pad_extract', 'pad_resize_no_enlarge']

  it('exact modes give the box, fitting ones stay inside, covering ones reach it', () => {
    fc.assert(
      fc.property(box, box, (from, wanted) => {
        for (const mode of exact) expect(sides({ ...wanted, mode }, from)).toEqual([wanted.width, wanted.height])
        for (const mode of ['at_max', 'at_max_enlarge'] as const) {
          const [width = 0, height = 0] = sides({ ...wanted, mode }, from) ?? []
          expect(width <= wanted.width && height <= wanted.height).toBe(true)
          if (mode === 'at_max') expect(width <= from.width && height <= from.height).toBe(true)
          else expect(width === wanted.width || height === wanted.height).toBe(true)
        }
        const [width = 0, height = 0] = sides({ ...wanted, mode: 'at_least' }, from) ?? []
        expect(width >= wanted.width && height >= wanted.height).toBe(true)
        expect(width === wanted.width || height === wanted.height).toBe(true)
      }),
    )
  })

  it('what is cut lies inside what it is cut from, what is padded inside its canvas', () => {
    const lean = fc.constantFrom(-1, 0, 1) as fc.Arbitrary<-1 | 0 | 1>
    const mode = fc.constantFrom<SizeMode>(...exact, 'extract', 'at_least', 'maintain_ratio_no_enlarge')
    fc.assert(
      fc.property(box, box, mode, lean, lean, (from, wanted, of, x, y) => {
        const fit = fitted({ ...wanted, mode: of, focus: { type: 'anchor', x, y } }, from)
        if (fit === undefined) throw new Error('a box was given')
        const pairs = [
          [fit.first, from],
          [fit.cut, fit.scaled],
          ...(fit.canvas === undefined ? [] : [[{ ...fit.cut, ...place(fit.canvas) }, fit.canvas] as const]),
        ] as const
        for (const [inner, outer] of pairs) {
          expect(inner.left >= 0 && inner.left + inner.width <= outer.width).toBe(true)
          expect(inner.top >= 0 && inner.top + inner.height <= outer.height).toBe(true)
        }
      }),
    )
  })
})

const place = ({ left, top }: { left: number; top: number }) => ({ left, top })
