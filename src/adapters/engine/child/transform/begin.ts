/**
 * The sizes a transformation begins with, as part of the decoding, so that JPEG and WebP shrink while loading. What this
 * step does not take stays in `rest`, for transform.ts; where nothing stays, the picture is never held in memory.
 */
import { DomainError } from '../../../../core/errors.ts'
import { focusBox } from '../../../../core/processing/focus.ts'
import { branchOf, followSizes, type Surroundings } from '../../../../core/processing/follow.ts'
import { type Fit, fitStep, sizeOf, variablesOf } from '../../../../core/processing/geometry.ts'
import type { Color, Output, Part, Step } from '../../../../core/processing/transformation.ts'
import { checkSize } from '../limits.ts'
import type { Context, Header, Picture } from '../picture.ts'
import { checkDelivered, deliveredFormat } from './format.ts'
import { ask, type Lazy, takeFit, takeTurn } from './lazy.ts'
import { checkFit } from './size.ts'

interface Begun {
  lazy: Lazy
  rest: readonly Part[]
  entered?: Lazy['size']
  asked: Output
}

/** @throws DomainError invalid, out_of_range: all that is known to be wrong before a pixel is decoded */
export function begin(picture: Picture, context: Pick<Context, 'order' | 'limits' | 'sources'>): Picture {
  const { order, limits } = context
  const header = context.sources[0]
  const transform = order.operations.transform
  if (header === undefined || transform === undefined) return picture
  if (header.format === 'gif' && transform.parts.some(({ type }) => type === 'if')) {
    throw new DomainError('invalid', 'Conditions ("if-") do not work on GIF images.', { param: 'tr' })
  }
  const { width, height } = picture
  const { coordinates, found } = transform
  const around: Surroundings = { original: { width, height }, coordinates, found }
  const begun = take(picture, header, transform.parts, around, limits)
  const { lazy, rest, asked } = begun
  const foreseen = followSizes(rest, lazy.size, around)
  for (const size of foreseen) checkSize('The result', { ...size, frames: picture.frames }, limits)
  const done: Picture = {
    ...picture,
    image: ask(picture.image, lazy, transform.reduced !== true),
    ...lazy.size,
    turn: lazy.turn,
    alpha: picture.alpha || (lazy.canvas !== undefined && lazy.canvas.color.alpha < 1),
    original: around.original,
    rest,
    ...(begun.entered === undefined ? {} : { entered: begun.entered }),
    asked,
  }
  const result = { ...done, ...(foreseen.at(-1) ?? lazy.size), asked: wishes(asked, rest, done, around) }
  checkDelivered(result, context)
  return { ...done, format: deliveredFormat(result, context) ?? 'png' }
}

const nothing: Color = { red: 0, green: 0, blue: 0, alpha: 1 }

function take(
  picture: Picture,
  header: Header,
  parts: readonly Part[],
  around: Surroundings,
  limits: Context['limits'],
): Begun {
  const { width, height, turn, frames } = picture
  let lazy: Lazy = { full: { width, height }, size: { width, height }, turn }
  let asked: Output = {}
  let queue = parts
  // The frames of an animation are turned one by one, and only then cut.
  const takes = frames === 1 || (!turn.flop && turn.quarters === 0)
  while (takes) {
    const [part, ...after] = queue
    if (part === undefined) break
    if (part.type === 'if') {
      queue = [...branchOf(part, lazy.size, around.original), ...after]
      continue
    }
    if (part.trim !== undefined && part.trim !== false) break
    const entered = lazy.size
    const known = variablesOf({ current: entered, ...around })
    const fit = fitStep(part, entered, known, focusBox(part, entered, around))
    if (fit !== undefined) checkFit(fit, limits, frames)
    const sized = fit === undefined ? lazy : takeSizes(lazy, fit, part, header)
    if (sized === undefined) break
    lazy = sized
    const left = leftOf(part, fit, sized, picture.alpha)
    const turnedToo = left === undefined || frames > 1 ? undefined : takeTurns(sized, left, picture.alpha)
    if (left !== undefined && turnedToo === undefined) return { lazy, rest: [left, ...after], entered, asked }
    lazy = turnedToo ?? lazy
    asked = { ...asked, ...part.output }
    queue = after
  }
  return { lazy, rest: queue, asked }
}

/** What floats or stands on more than a plain colour is only scaled here, and finished in memory. */
function takeSizes(lazy: Lazy, fit: Fit, { background }: Step, header: Header): Lazy | undefined {
  if (fit.floating === 'first') return undefined
  const color = background === undefined ? nothing : background.type === 'color' ? background.color : undefined
  // Grey pictures would get a grey padding.
  const plain = color !== undefined && !header.grey && !header.deep
  const { canvas, ...bare } = fit
  const whole = { left: 0, top: 0, ...fit.scaled }
  if (fit.floating === 'cut') return takeFit(lazy, { ...bare, cut: whole }, nothing)
  return takeFit(lazy, plain || canvas === undefined ? fit : bare, color ?? nothing)
}

/** What a step asks for besides the sizes that are done; undefined: nothing that changes pixels. */
function leftOf(step: Step, fit: Fit | undefined, { size }: Lazy, alpha: boolean): Step | undefined {
  const { width: _w, height: _h, ratio, dpr, mode, focus, x, y, centerX, centerY, zoom, page, ...left } = step
  const { type, output, background, rotate, trim, layers = [], ...work } = left
  const turns = typeof rotate === 'number' && rotate % 360 !== 0
  if (fit !== undefined && (size.width !== sizeOf(fit).width || size.height !== sizeOf(fit).height)) {
    // The sides are right by now: what is missing is a place to cut, or the padding.
    const pinned = fit.canvas === undefined ? ('extract' as const) : mode
    const place = { ...sizeOf(fit), ...(pinned === undefined ? {} : { mode: pinned }) }
    return { ...left, ...place, ...(focus === undefined ? {} : { focus }) }
  }
  // Whether the background is in the padding already is asked once more.
  const padding = mode?.startsWith('pad_') ? { mode } : {}
  const worked = Object.values(work).some((value) => value !== undefined)
  return worked || turns || layers.length > 0 || (background !== undefined && alpha)
    ? { ...left, ...padding }
    : undefined
}

/** A step that only turns and flips; undefined: it does more. */
function takeTurns(lazy: Lazy, left: Step, alpha: boolean): Lazy | undefined {
  const { type, output, background, trim, rotate, flip, ...work } = left
  const degrees = typeof rotate === 'number' ? rotate : 0
  if (background !== undefined && alpha) return undefined
  if (degrees % 90 !== 0 || Object.values(work).some((value) => value !== undefined)) return undefined
  return takeTurn(lazy, degrees / 90, flip ?? { horizontal: false, vertical: false })
}

/** What the steps that are still to run will say of the output. */
function wishes(asked: Output, rest: readonly Part[], from: Lazy['size'], around: Surroundings): Output {
  let all = asked
  for (const part of rest) {
    if (part.type === 'step') all = { ...all, ...part.output }
    else all = wishes(all, branchOf(part, from, around.original), from, around)
  }
  return all
}
