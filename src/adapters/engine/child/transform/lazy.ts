/**
 * Geometry that is done while decoding: cut, scale, cut, turn and pad once each, in the order in which the decoder's own
 * pipeline runs them. Steps are taken on as long as they come to that; the picture then is never held as a whole.
 */
import type { Sharp } from 'sharp'
import { type Area, type Fit, type Size, sameSize } from '../../../../core/processing/geometry.ts'
import type { Color } from '../../../../core/processing/transformation.ts'
import type { Turn } from '../picture.ts'
import { storedArea } from '../steps/crop.ts'
import { turned } from '../steps/orient.ts'

/** Everything in upright coordinates, as `turn` makes the stored picture upright. */
export interface Lazy {
  /** Sides of the source. */
  full: Size
  turn: Turn
  /** Sides so far. */
  size: Size
  before?: Area
  scaled?: Size
  cut?: Area
  canvas?: { area: Area; color: Color }
}

/** The same with one step's sizes; undefined: they are too much for one pass. `color`: of the padding. */
export function takeFit(lazy: Lazy, fit: Fit, color: Color): Lazy | undefined {
  let next: Lazy | undefined = takeCut(lazy, fit.first)
  if (next !== undefined && !sameSize(next.size, fit.scaled)) next = takeScale(next, fit.scaled)
  if (next !== undefined) next = takeCut(next, fit.cut)
  if (next === undefined || fit.canvas === undefined) return next
  if (next.canvas !== undefined) return undefined
  const { width, height } = fit.canvas
  return { ...next, canvas: { area: fit.canvas, color }, size: { width, height } }
}

function takeCut(lazy: Lazy, area: Area): Lazy | undefined {
  if (sameSize(area, lazy.size)) return lazy
  if (lazy.canvas !== undefined) return undefined
  const { width, height } = area
  const outer = lazy.scaled === undefined ? lazy.before : lazy.cut
  const shifted = { left: area.left + (outer?.left ?? 0), top: area.top + (outer?.top ?? 0), width, height }
  return { ...lazy, size: { width, height }, ...(lazy.scaled === undefined ? { before: shifted } : { cut: shifted }) }
}

/** A second scaling replaces the first only where it goes further down: what was lost by then would stay lost. */
function takeScale(lazy: Lazy, size: Size): Lazy | undefined {
  if (lazy.cut !== undefined || lazy.canvas !== undefined) return undefined
  const { scaled } = lazy
  if (scaled !== undefined && (size.width > scaled.width || size.height > scaled.height)) return undefined
  return { ...lazy, scaled: size, size }
}

/** Turned clockwise by quarters, then flipped; undefined: not in one pass. */
export function takeTurn(
  lazy: Lazy,
  quarters: number,
  flip: { horizontal: boolean; vertical: boolean },
): Lazy | undefined {
  if (lazy.canvas !== undefined) return undefined
  const clockwise = (count: number) => (((count % 4) + 4) % 4) as Turn['quarters']
  const halfToo = flip.vertical ? 2 : 0
  const mirrored = flip.horizontal !== flip.vertical
  // A flip of what was turned is a flip before a turn the other way.
  const extra: Turn = { flop: mirrored, quarters: clockwise((mirrored ? -quarters : quarters) + halfToo) }
  const all = lazy.turn.quarters + quarters
  const turn: Turn = {
    flop: lazy.turn.flop !== mirrored,
    quarters: clockwise((mirrored ? -all : all) + halfToo),
  }
  const undo: Turn = { flop: extra.flop, quarters: extra.flop ? extra.quarters : clockwise(-extra.quarters) }
  const moved = (area: Area, within: Size) => storedArea(area, within, undo)
  const { before, scaled, cut, full, size } = lazy
  return {
    full: turned(full, extra),
    size: turned(size, extra),
    turn,
    ...(before === undefined ? {} : { before: moved(before, full) }),
    ...(scaled === undefined ? {} : { scaled: turned(scaled, extra) }),
    ...(cut === undefined || scaled === undefined ? {} : { cut: moved(cut, scaled) }),
  }
}

/**
 * Asks the decoder's pipeline for all of it but the turn, which `turn` adds and the pipeline runs before the second cut.
 * `fast`: the decoder may shrink JPEG and WebP as far as it goes, at some loss.
 */
export function ask(image: Sharp, { full, turn, before, scaled, cut, canvas, size }: Lazy, fast: boolean): Sharp {
  let asked = image
  if (before !== undefined) asked = asked.extract(storedArea(before, full, turn))
  if (scaled !== undefined) {
    const stored = turned(scaled, turn)
    asked = asked.resize(stored.width, stored.height, { fit: 'fill', fastShrinkOnLoad: fast })
  }
  if (cut !== undefined) asked = asked.extract(cut)
  if (canvas === undefined) return asked
  const inner = cut ?? scaled ?? before ?? full
  const { area, color } = canvas
  return asked.extend({
    left: area.left,
    top: area.top,
    right: size.width - area.left - inner.width,
    bottom: size.height - area.top - inner.height,
    background: { r: color.red, g: color.green, b: color.blue, alpha: color.alpha },
  })
}
