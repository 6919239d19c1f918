/** Follows the sides of a picture through a transformation without its pixels: conditions, limits and costs need no more. */
import { evaluate } from './amounts.ts'
import { type FoundThings, focusBox } from './focus.ts'
import { fitStep, type Size, sizeOf, variablesOf } from './geometry.ts'
import type { Comparison, Condition, Part, Step } from './transformation.ts'

export interface Surroundings {
  original: Size
  /** The picture under a layer. */
  base?: Size
  /** The file's custom coordinates, in pixels of the original. */
  coordinates?: { x: number; y: number; width: number; height: number } | undefined
  /** What a look at the original found. */
  found?: FoundThings | undefined
}

/** The branch that a condition takes (section 7). */
export function branchOf({ anyOf, then, otherwise }: Condition, current: Size, original: Size): readonly Part[] {
  const properties: Record<Comparison['property'], number> = {
    w: current.width,
    h: current.height,
    ar: current.width / current.height,
    iw: original.width,
    ih: original.height,
    iar: original.width / original.height,
  }
  const holds = ({ property, operator, value }: Comparison) => compare(properties[property], operator, value)
  return anyOf.some((all) => all.every(holds)) ? then : otherwise
}

/** Ratios are given as they are written: 1.33 is meant to equal 4 by 3. */
const tolerance = 0.005

function compare(left: number, operator: Comparison['operator'], right: number): boolean {
  const equal = left === right || (!Number.isInteger(right) && Math.abs(left - right) < tolerance)
  switch (operator) {
    case 'eq':
      return equal
    case 'ne':
      return !equal
    case 'gt':
      return left > right
    case 'gte':
      return left >= right
    case 'lt':
      return left < right
    case 'lte':
      return left <= right
  }
}

/** Sides after each step that runs. Trimming and distorting are not foreseen: they count as leaving the sides. */
export function followSizes(parts: readonly Part[], from: Size, around: Surroundings): Size[] {
  const sizes: Size[] = []
  for (const part of parts) {
    const current = sizes.at(-1) ?? from
    if (part.type === 'step') sizes.push(afterStep(part, current, around))
    else sizes.push(...followSizes(branchOf(part, current, around.original), current, around))
  }
  return sizes
}

function afterStep(step: Step, current: Size, around: Surroundings): Size {
  const known = variablesOf({ current, ...around })
  const fit = fitStep(step, current, known, focusBox(step, current, around))
  const fitted = fit === undefined ? current : sizeOf(fit)
  const border = step.border === undefined ? 0 : Math.max(0, Math.round(evaluate(step.border.width, known)))
  const bordered = { width: fitted.width + 2 * border, height: fitted.height + 2 * border }
  return typeof step.rotate === 'number' ? rotatedSize(bordered, step.rotate) : bordered
}

/** Sides of the upright box around a picture that was turned. */
export function rotatedSize({ width, height }: Size, degrees: number): Size {
  const angle = (degrees * Math.PI) / 180
  const [sine, cosine] = [Math.abs(Math.sin(angle)), Math.abs(Math.cos(angle))]
  const side = (length: number) => Math.ceil(Number(length.toFixed(6)))
  return { width: side(width * cosine + height * sine), height: side(width * sine + height * cosine) }
}
