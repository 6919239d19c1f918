/**
 * What a transformation will cost, before any work (issue of image URLs, "Safety"): pixels × steps, weighed by kind of work,
 * with the sizes that the steps will give. Close enough to tell a page's picture from a bomb, and always cheap.
 */
import { DomainError } from '../../errors.ts'
import { evaluate, type Variables } from '../../processing/amounts.ts'
import type { Amount, Layer, Part, Step, Transformation } from '../../processing/transformation.ts'
import { maxSide } from './expressions.ts'

export interface Size {
  width: number
  height: number
}

export interface CostLimits {
  /** Of any picture on the way. */
  maxPixels: number
  /** Megapixels of plain work: 1 is one cheap pass over a million pixels. */
  maxCost: number
  maxLayers: number
}

/** A second of one core is worth about a hundred: what costs more would run into the deadline of deliveries. */
export const usualLimits: CostLimits = { maxPixels: 120_000_000, maxCost: 1000, maxLayers: 50 }

interface Count {
  limits: CostLimits
  /** In pixels. */
  cost: number
  layers: number
  original: Size
  base?: Size
}

/**
 * Megapixels of plain work. `source`: sides of the upright picture.
 * @throws DomainError out_of_range: a result, the work or the layers beyond the limits, which it names; invalid: an expression that gives no number
 */
export function estimateCost(
  { parts }: Pick<Transformation, 'parts'>,
  source: Size,
  limits: CostLimits = usualLimits,
): number {
  const count: Count = { limits, cost: source.width * source.height, layers: 0, original: source }
  const result = run(parts, source, count)
  spend(count, result.width * result.height * weights.encode)
  return count.cost / 1e6
}

/** Passes over the pixels that a kind of work is worth. */
const weights = {
  step: 1,
  resize: 2,
  encode: 4,
  layer: 2,
  /** Made whole, trimmed, and most of it cut off. */
  excessLayer: 8,
  text: 6,
  trim: 2,
  blur: 6,
  grayscale: 1,
  contrast: 2,
  sharpen: 4,
  unsharp: 6,
  shadow: 10,
  gradient: 2,
  replaceColor: 4,
  colorize: 1,
  distort: 8,
  radius: 2,
  border: 1,
  opacity: 1,
  turn: 4,
  focus: 4,
  background: 6,
} as const

const effects = [
  'trim',
  'blur',
  'grayscale',
  'contrast',
  'sharpen',
  'unsharp',
  'shadow',
  'gradient',
  'replaceColor',
  'colorize',
  'distort',
  'radius',
  'border',
  'opacity',
] as const satisfies readonly (keyof Step & keyof typeof weights)[]

function run(parts: readonly Part[], before: Size, count: Count): Size {
  let current = before
  for (const part of parts) current = part.type === 'if' ? either(part, current, count) : step(part, current, count)
  return current
}

/** Both branches count, the larger result goes on: which one is taken shows later. */
function either({ then, otherwise }: Extract<Part, { type: 'if' }>, before: Size, count: Count): Size {
  const [first, second] = [run(then, before, count), run(otherwise, before, count)]
  return area(first) > area(second) ? first : second
}

function step(step: Step, before: Size, count: Count): Size {
  const known = variablesOf(before, count)
  const sized = check(sizeAfter(step, before, known), count)
  const resized = step.width !== undefined || step.height !== undefined
  let passes: number = resized ? weights.resize : weights.step
  for (const name of effects) if (step[name] !== undefined && step[name] !== false) passes += weights[name]
  if (step.focus !== undefined && step.focus.type !== 'anchor') passes += weights.focus
  if (step.background !== undefined && step.background.type !== 'color') passes += weights.background
  const bordered = check(withBorder(step, sized, known), count)
  const turned = check(afterTurn(step, bordered), count)
  if (step.rotate !== undefined) passes += weights.turn
  spend(count, Math.max(area(sized), area(turned)) * passes + (resized ? area(before) : 0))
  for (const layer of step.layers ?? []) overlay(layer, turned, count)
  return turned
}

function overlay(layer: Layer, base: Size, count: Count): void {
  count.layers += 1
  if (count.layers > count.limits.maxLayers) {
    throw tooMuch(`The transformation has more than ${count.limits.maxLayers} layers; use fewer.`)
  }
  // The overlay's own size is known when it has been fetched; until then it counts like its base.
  const inside: Count = { ...count, original: base, base }
  const known = { bw: base.width, bh: base.height, bar: base.width / base.height }
  const first =
    layer.type === 'canvas'
      ? check(canvasSize(layer, base, known), count)
      : layer.type === 'text'
        ? textSize(layer, base, known)
        : base
  spend(inside, area(first) * (layer.type === 'text' ? weights.text : weights.layer))
  const last = run(layer.parts, first, inside)
  count.layers = inside.layers
  count.cost = inside.cost
  spend(count, area(last) * (area(last) > area(base) ? weights.excessLayer : weights.layer))
}

function canvasSize({ width, height }: Extract<Layer, { type: 'canvas' }>, base: Size, known: Variables): Size {
  return {
    width: sideOf(width, base.width, known) ?? base.width,
    height: sideOf(height, base.height, known) ?? base.height,
  }
}

/** By the number of letters, each as high and wide as the font. */
function textSize(
  { text, fontSize, width, padding }: Extract<Layer, { type: 'text' }>,
  base: Size,
  known: Variables,
): Size {
  for (const amount of padding) evaluate(amount, known)
  const letter = evaluate(fontSize, known)
  const widest = width === undefined ? Math.min(maxSide, text.length * letter) : evaluate(width, known)
  const lines = Math.ceil((text.length * letter) / Math.max(1, widest))
  return { width: Math.min(widest, 4 * base.width), height: Math.min(lines * letter * 1.5, 4 * base.height) }
}

function sizeAfter(step: Step, before: Size, known: Variables): Size {
  const factor = typeof step.dpr === 'number' ? step.dpr : 1
  const own = before.width / before.height
  const ratio = step.ratio === undefined ? own : evaluate(step.ratio, known)
  let width = step.width === 'auto' ? before.width : sideOf(step.width, before.width, known)
  let height = sideOf(step.height, before.height, known)
  const both = width !== undefined && height !== undefined
  if (width === undefined && height === undefined) return before
  width ??= (height ?? 0) * ratio
  height ??= width / ratio
  const scaled = { width: width * factor, height: height * factor }
  // Ignored where the product leaves 1..5000 (section 3).
  const wanted = Math.max(scaled.width, scaled.height) > 5000 ? { width, height } : scaled
  if (!both && step.ratio === undefined) return wanted
  const [across, down] = [wanted.width / before.width, wanted.height / before.height]
  const by = (scale: number) => ({ width: before.width * scale, height: before.height * scale })
  if (step.mode === 'at_max') return by(Math.min(across, down, 1))
  if (step.mode === 'at_max_enlarge') return by(Math.min(across, down))
  return step.mode === 'at_least' ? by(Math.max(across, down)) : wanted
}

function sideOf(amount: Amount | undefined, side: number, known: Variables): number | undefined {
  if (amount === undefined) return undefined
  if (typeof amount === 'number') return amount < 1 ? amount * side : amount
  const value = evaluate(amount, known)
  if (value > 0) return value
  throw new DomainError('invalid', 'Bad URL Transformation Request: an expression gives a side of 0 pixels or less.', {
    param: 'tr',
  })
}

function withBorder({ border }: Step, { width, height }: Size, known: Variables): Size {
  const edge = border === undefined ? 0 : Math.max(0, evaluate(border.width, known))
  return { width: width + 2 * edge, height: height + 2 * edge }
}

function afterTurn({ rotate }: Step, { width, height }: Size): Size {
  if (rotate === undefined || rotate === 'auto') return { width, height }
  const [sin, cos] = [Math.sin, Math.cos].map((of) => Math.abs(of((rotate * Math.PI) / 180)))
  return { width: width * (cos ?? 1) + height * (sin ?? 0), height: width * (sin ?? 0) + height * (cos ?? 1) }
}

function variablesOf({ width, height }: Size, { original, base }: Count): Variables {
  return {
    iw: original.width,
    ih: original.height,
    iar: original.width / original.height,
    cw: width,
    ch: height,
    car: width / height,
    ...(base === undefined ? {} : { bw: base.width, bh: base.height, bar: base.width / base.height }),
  }
}

const area = ({ width, height }: Size) => width * height

/** The size in whole pixels, if it is within the limits. */
function check({ width, height }: Size, { limits: { maxPixels } }: Count): Size {
  const size = { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) }
  const shown = `${size.width} x ${size.height}`
  if (Math.max(size.width, size.height) > maxSide) {
    throw tooMuch(`A picture of ${shown} pixels would come of it; a side has at most ${maxSide}.`)
  }
  if (area(size) <= maxPixels) return size
  throw tooMuch(`A picture of ${shown} pixels would come of it; at most ${maxPixels / 1e6} megapixels are made here.`)
}

function spend(count: Count, pixels: number): void {
  count.cost += pixels
  const { maxCost } = count.limits
  if (count.cost <= maxCost * 1e6) return
  throw tooMuch(
    `It is more work than the ${maxCost} megapixel passes that one URL may ask for; use fewer steps or a smaller size first.`,
  )
}

const tooMuch = (message: string) =>
  new DomainError('out_of_range', `Bad URL Transformation Request: ${message}`, { param: 'tr' })
