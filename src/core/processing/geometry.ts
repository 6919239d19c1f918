/** Sizes and crops of a transformation step (image-urls.md section 3) as numbers: what is cut, scaled and padded, and to which sides. */
import { DomainError } from '../errors.ts'
import { evaluate, type Variables } from './amounts.ts'
import type { Amount, Anchor, SizeMode, Step } from './transformation.ts'

export interface Size {
  width: number
  height: number
}

export interface Area extends Size {
  left: number
  top: number
}

/** What a step does to a picture, in this order. Parts that change nothing are the whole picture. */
export interface Fit {
  /** Cut out of the picture as it is, */
  first: Area
  /** scaled to these sides, */
  scaled: Size
  /** cut once more, */
  cut: Area
  /** laid on a canvas of these sides, there. */
  canvas?: Area
  /** Which of the two cuts stands where the picture is most interesting; here it stands in the middle. */
  floating?: 'first' | 'cut'
}

/** `dpr` is ignored when it would leave these (section 3). */
const smallestPhysical = 1
const largestPhysical = 5000
/** A picture is cut after scaling, in which decoders help, unless it would become larger than this on the way. */
const largestScaled = 25_000_000

/** `iw` … `bar` of a step. */
export function variablesOf({ current, original, base }: { current: Size; original: Size; base?: Size }): Variables {
  const of = (letter: 'c' | 'i' | 'b', { width, height }: Size) => ({
    [`${letter}w`]: width,
    [`${letter}h`]: height,
    [`${letter}ar`]: width / height,
  })
  return { ...of('c', current), ...of('i', original), ...(base === undefined ? {} : of('b', base)) }
}

/** Sides of the result. */
export function sizeOf({ cut, canvas }: Fit): Size {
  const { width, height } = canvas ?? cut
  return { width, height }
}

/**
 * What the step's sizes ask of a picture of `from`; undefined: nothing. `wanted`: the box of the step's focus, in the
 * pixels of `from`.
 * @throws DomainError invalid: a side that is not positive, an extract that leaves the picture
 */
export function fitStep(step: Step, from: Size, known: Variables, wanted?: Area): Fit | undefined {
  const box = wantedBox(step, from, known)
  if (box === undefined) return undefined
  const place = placing(step, wanted)
  switch (step.mode ?? 'maintain_ratio') {
    case 'maintain_ratio':
      return cover(from, box, place, zoomOf(step))
    case 'maintain_ratio_no_enlarge':
      return cover(from, shrunkBox(from, box), place, 1)
    case 'force':
      return scaleTo(from, box)
    case 'at_max':
      return scaleBy(from, Math.min(1, inside(from, box)))
    case 'at_max_enlarge':
      return scaleBy(from, inside(from, box))
    case 'at_least':
      return scaleBy(from, around(from, box))
    case 'extract':
      return extract(step, from, box, known, place)
    case 'pad_resize':
      return pad(scaleBy(from, inside(from, box)), box, anchorOf(step))
    case 'pad_resize_no_enlarge':
      return pad(scaleBy(from, Math.min(1, inside(from, box))), box, anchorOf(step))
    case 'pad_extract':
    case 'pad_extract_no_shrink':
      return pad(extract(step, from, box, known, place), box, anchorOf(step))
  }
}

/** Both sides of the box that is asked for. */
function wantedBox(step: Step, from: Size, known: Variables): Size | undefined {
  let width = sideOf('w', step.width, from.width, known)
  let height = sideOf('h', step.height, from.height, known)
  if (width === undefined && height === undefined) return undefined
  const ratio = step.ratio === undefined ? undefined : positive('ar', evaluate(step.ratio, known))
  if (ratio !== undefined && height === undefined && width !== undefined) height = width / ratio
  if (ratio !== undefined && width === undefined && height !== undefined) width = height * ratio
  const dpr = typeof step.dpr === 'number' ? step.dpr : 1
  const given = [width, height].filter((side) => side !== undefined)
  const fits = given.every((side) => side * dpr >= smallestPhysical && side * dpr <= largestPhysical)
  const physical = (side: number | undefined) => (side === undefined ? undefined : whole(fits ? side * dpr : side))
  return completed(physical(width), physical(height), from)
}

/** The side that is not given follows the picture's ratio. */
function completed(width: number | undefined, height: number | undefined, from: Size): Size | undefined {
  if (width !== undefined) return { width, height: height ?? whole((width * from.height) / from.width) }
  return height === undefined ? undefined : { width: whole((height * from.width) / from.height), height }
}

function sideOf(name: string, amount: Step['width'], own: number, known: Variables): number | undefined {
  if (amount === undefined || amount === 'auto') return undefined
  // Only what is written as a fraction is one: an expression gives pixels.
  if (typeof amount === 'number' && amount > 0 && amount < 1) return amount * own
  return positive(name, evaluate(amount, known))
}

function positive(name: string, value: number): number {
  if (value > 0) return value
  throw new DomainError('invalid', `"${name}" comes to ${Number(value.toFixed(2))}; it must be more than 0.`, {
    param: 'tr',
  })
}

const whole = (side: number) => Math.max(1, Math.round(side))
const inside = (from: Size, box: Size) => Math.min(box.width / from.width, box.height / from.height)
const around = (from: Size, box: Size) => Math.max(box.width / from.width, box.height / from.height)
export const wholeOf = ({ width, height }: Size): Area => ({ left: 0, top: 0, width, height })
export const sameSize = (one: Size, other: Size) => one.width === other.width && one.height === other.height

function scaleTo(from: Size, { width, height }: Size): Fit {
  return { first: wholeOf(from), scaled: { width, height }, cut: wholeOf({ width, height }) }
}

function scaleBy(from: Size, factor: number): Fit {
  return scaleTo(from, { width: whole(from.width * factor), height: whole(from.height * factor) })
}

/** The target of `maintain_ratio_no_enlarge`: the largest of its ratio that the picture has pixels for. */
function shrunkBox(from: Size, box: Size): Size {
  const scale = Math.max(1, around(from, box))
  return { width: whole(box.width / scale), height: whole(box.height / scale) }
}

function cover(from: Size, box: Size, place: Placing, zoom: number): Fit {
  const scale = around(from, box) * zoom
  const side = (own: number, wanted: number) => Math.max(wanted, whole(own * scale))
  const scaled = { width: side(from.width, box.width), height: side(from.height, box.height) }
  const floating = place.floats && !sameSize(scaled, box)
  if (scaled.width * scaled.height <= Math.max(largestScaled, 4 * box.width * box.height)) {
    const cut = place.of(scaled, box, scaled.width / from.width, scaled.height / from.height)
    return { first: wholeOf(from), scaled, cut, ...(floating ? { floating: 'cut' } : {}) }
  }
  const first = place.of(from, { width: whole(box.width / scale), height: whole(box.height / scale) }, 1, 1)
  return { first, scaled: box, cut: wholeOf(box), ...(floating ? { floating: 'first' } : {}) }
}

/**
 * A box of the picture as it is. By its corner (x, y) it ends where the picture ends; by its centre (xc, yc) it must lie
 * inside; else it stands where the focus says, and is no larger than the picture.
 */
function extract(step: Step, from: Size, box: Size, known: Variables, place: Placing): Fit {
  const fitting = { width: Math.min(box.width, from.width), height: Math.min(box.height, from.height) }
  const free = place.of(from, zoomed(step, fitting, from), 1, 1)
  const placed = (value: Amount | undefined) => (value === undefined ? undefined : Math.round(evaluate(value, known)))
  const [x, y, centerX, centerY] = [placed(step.x), placed(step.y), placed(step.centerX), placed(step.centerY)]
  // One corner coordinate alone: the other edge is the picture's.
  const cornered = x !== undefined || y !== undefined
  const across = along('x', from.width, box.width, x ?? (cornered && centerX === undefined ? 0 : undefined), centerX)
  const down = along('y', from.height, box.height, y ?? (cornered && centerY === undefined ? 0 : undefined), centerY)
  const first = {
    left: across?.start ?? free.left,
    top: down?.start ?? free.top,
    width: across?.length ?? free.width,
    height: down?.length ?? free.height,
  }
  const floats = place.floats && across === undefined && down === undefined && !sameSize(first, from)
  const moved = across !== undefined || down !== undefined
  const scaled = moved ? { width: first.width, height: first.height } : fitting
  return { first, scaled, cut: wholeOf(scaled), ...(floats ? { floating: 'first' } : {}) }
}

/** "`z`: < 1 wider, > 1 tighter": so much of the picture on the same pixels, as far as the picture goes. */
function zoomed({ zoom = 1, focus }: Step, { width, height }: Size, from: Size): Size {
  if (focus?.type !== 'face' && focus?.type !== 'object') return { width, height }
  const scale = Math.min(1 / zoom, from.width / width, from.height / height)
  return { width: whole(width * scale), height: whole(height * scale) }
}

/** One axis of an extract. */
function along(axis: 'x' | 'y', own: number, wanted: number, corner: number | undefined, centre: number | undefined) {
  const side = axis === 'x' ? 'width' : 'height'
  if (centre !== undefined) {
    const start = Math.round(centre - wanted / 2)
    if (start >= 0 && start + wanted <= own) return { start, length: wanted }
    const what = `"${axis}c-${centre}" with a ${side} of ${wanted} leaves the picture, whose ${side} is ${own}.`
    throw new DomainError('invalid', `${what} Move the centre or take a smaller box.`, { param: 'tr' })
  }
  if (corner === undefined) return undefined
  if (corner >= 0 && corner < own) return { start: corner, length: Math.min(wanted, own - corner) }
  const what = `"${axis}-${corner}" lies outside the picture, whose ${side} is ${own}.`
  throw new DomainError('invalid', `${what} It must be 0 to ${own - 1}.`, { param: 'tr' })
}

/** On a canvas of the whole box; what a side has too little of is background. */
function pad(fit: Fit, box: Size, anchor: Anchor): Fit {
  if (sameSize(fit.cut, box)) return fit
  const { width, height } = box
  const left = anchored(anchor.x, width, fit.cut.width)
  const top = anchored(anchor.y, height, fit.cut.height)
  return { ...fit, canvas: { left, top, width, height } }
}

interface Placing {
  /** The place is to be found in the pixels. */
  floats: boolean
  /** A box of `inner` in a picture of `outer`, which is the step's picture scaled by so much. */
  of(outer: Size, inner: Size, scaleX: number, scaleY: number): Area
}

function placing(step: Step, box: Area | undefined): Placing {
  const { focus } = step
  const anchor = anchorOf(step)
  const axis = (outer: number, inner: number, middle: number | undefined, lean: Anchor['x']) =>
    middle === undefined
      ? anchored(lean, outer, inner)
      : Math.min(Math.max(0, Math.round(middle - inner / 2)), outer - inner)
  return {
    floats: focus?.type === 'auto' || (box === undefined && (focus?.type === 'face' || focus?.type === 'object')),
    of: (outer, { width, height }, scaleX, scaleY) => ({
      left: axis(outer.width, width, box && (box.left + box.width / 2) * scaleX, anchor.x),
      top: axis(outer.height, height, box && (box.top + box.height / 2) * scaleY, anchor.y),
      width,
      height,
    }),
  }
}

const anchorOf = ({ focus }: Step): Anchor => (focus?.type === 'anchor' ? focus : { x: 0, y: 0 })

function anchored(lean: Anchor['x'], outer: number, inner: number): number {
  return lean === -1 ? 0 : lean === 1 ? outer - inner : Math.floor((outer - inner) / 2)
}

/** Closer around what is in focus; a crop that already takes all it can does not get wider. */
function zoomOf({ zoom = 1, focus }: Step): number {
  return focus === undefined || focus.type === 'anchor' ? 1 : Math.max(1, zoom)
}

/** Whether the mode leaves room for a background around the picture. */
export const pads = (mode: SizeMode | undefined) => mode?.startsWith('pad_') === true
