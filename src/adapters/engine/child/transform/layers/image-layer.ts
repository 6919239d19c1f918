/** Image layers (image-urls.md section 8): read upright, trimmed, and everything that a picture can be asked for. */
import { evaluate, type Variables } from '../../../../../core/processing/amounts.ts'
import type { ImageLayer, Part, Step } from '../../../../../core/processing/transformation.ts'
import { decodeFailure } from '../../failures.ts'
import type { Header } from '../../picture.ts'
import { type Pixels, toPixels } from '../../pixels.ts'
import { ofSource } from '../../sources.ts'
import { openSource } from '../../steps/load.ts'
import { exifTurn, turned } from '../../steps/orient.ts'
import { inSrgb } from '../colours.ts'
import { type Around, decideOnce, runParts, type Size } from '../run-parts.ts'
import { baseVariables } from './place.ts'
import type { Overlay } from './shared.ts'

/** While decoding, pictures become at most this much smaller than asked for: the step itself does the rest. */
const spare = 2
/** Of an SVG, so that a small one is not drawn at sizes that nobody can see. */
const largestGrowth = 16

export async function drawImageLayer(layer: ImageLayer, base: Size, inside: Around): Promise<Overlay> {
  const { context } = inside
  const index = 1 + (context.order.operations.transform?.images.indexOf(layer.path) ?? -2)
  const header = context.sources[index]
  if (index < 1 || header === undefined) throw new TypeError('an image layer without its source')
  const natural = turned(header, exifTurn(header.orientation))
  const around = { ...inside, original: natural }
  const { trim, parts } = splitTrim(layer.parts)
  const scale = decodingScale(parts, natural, base, header)

  const read = async (size: Size) => {
    const pixels = await ofSource(index, () => decode(header, size, context))
    // Found anew: the edges of a picture read smaller are elsewhere.
    return await runParts(pixels, trim, { ...around, alike: decideOnce() })
  }
  const reduced = await read(scaledSize(natural, scale))
  // Trimming may leave so little that it would have to be enlarged again.
  const tooSmall = scale < 1 && trim.length > 0 && wantedScale(parts, reduced, base) > 1
  const pixels = tooSmall ? await read(natural) : reduced
  return { pixels: await runParts(pixels, parts, around), natural }
}

/** "Overlay images are trimmed by default; `t-false` turns that off": trimming comes before all else. */
function splitTrim(parts: readonly Part[]): { trim: Part[]; parts: readonly Part[] } {
  const [first, ...rest] = parts
  if (first?.type !== 'step') return { trim: [{ type: 'step', trim: true }], parts }
  const { trim = true, ...step } = first
  return { trim: trim === false ? [] : [{ type: 'step', trim }], parts: [step, ...rest] }
}

async function decode(header: Header, { width, height }: Size, context: Around['context']): Promise<Pixels> {
  const upright = openSource(header, context, false).autoOrient()
  const natural = turned(header, exifTurn(header.orientation))
  const scaled = width !== natural.width || height !== natural.height
  try {
    const sized = scaled ? upright.resize(width, height, { fit: 'fill' }) : upright
    return await toPixels(inSrgb(sized, header))
  } catch (error) {
    throw decodeFailure(error)
  }
}

/**
 * How small the picture may be decoded when its first step only scales it to pixels: 1 when the step needs it as it is.
 * SVG is drawn at the size it will be seen at, also a larger one.
 */
export function decodingScale(
  parts: readonly Part[],
  from: Size,
  base: Size,
  { format }: Pick<Header, 'format'>,
): number {
  const scale = wantedScale(parts, from, base)
  if (format === 'svg' && scale > 1) return Math.min(scale, largestGrowth)
  // Less than a halving is not worth a second look at the pixels.
  return scale * spare > 0.5 ? 1 : scale * spare
}

/** What the first step asks for, by the side that asks for more. 1 when it needs the picture as it is. */
function wantedScale([step]: readonly Part[], from: Size, base: Size): number {
  if (step?.type !== 'step' || !scalesOnly(step)) return 1
  const { width, height, dpr } = step
  const known = { ...baseVariables(base), iw: from.width, ih: from.height, iar: from.width / from.height }
  const wanted = Math.max(share(width, from.width, known), share(height, from.height, known))
  return wanted === 0 ? 1 : wanted * (typeof dpr === 'number' ? Math.max(1, dpr) : 1)
}

/** Of the side that the picture has; 0: not asked for. Shares and what the step before left are of the picture as it is: 1. */
function share(amount: Step['width'], side: number, known: Variables): number {
  if (amount === undefined) return 0
  try {
    const value = amount === 'auto' ? 0 : evaluate(amount, known)
    return value > 1 ? value / side : 1
  } catch {
    return 1
  }
}

/** Modes that cut before they scale, places counted in the picture's own pixels, and amounts that may be parts of it need all of it. */
function scalesOnly({ mode, x, y, centerX, centerY, zoom, focus, ratio, border, gradient }: Step): boolean {
  const places = [x, y, centerX, centerY, zoom, ratio]
  const unscaled = mode === 'extract' || mode === 'pad_extract' || mode === 'pad_extract_no_shrink'
  const amounts = [border?.width, gradient?.stop]
  return (
    !unscaled &&
    places.every((value) => value === undefined) &&
    amounts.every((amount) => amount === undefined || typeof amount === 'number') &&
    (focus === undefined || focus.type === 'anchor')
  )
}

function scaledSize({ width, height }: Size, scale: number): Size {
  if (scale === 1) return { width, height }
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
