/**
 * Small sizes of large pictures from a reduced intermediate: decoding is most of the work of a thumbnail, and 1000 pixels
 * are plenty for 640. The intermediate is a rendition of the original like any other, made at first use and kept. Only
 * where nobody can see it: opaque camera pictures, whole, nothing but a size, at most two thirds as large, at usual qualities.
 */
import { fitStep, sameSize, sizeOf, variablesOf } from '../processing/geometry.ts'
import type { Output, Step } from '../processing/transformation.ts'
import type { RenditionOrder } from './renditions.ts'

/** Raise it when intermediates are made otherwise: it is part of the keys of what is made from them. */
export const reducedVersion = 2

export interface Reduction {
  /** Makes the intermediate. */
  intermediate: RenditionOrder
  /** What is asked of it to give the same picture. */
  order: RenditionOrder
}

const smallestSource = 4_000_000
const reducedSide = 1000
/** Measured on 12-megapixel photographs: 42 to 52 dB to what the original gives, a tenth of its bytes (docs/performance.md). */
const reducedOutput = { format: 'jpg', quality: 95, fullColor: true } as const
/** The intermediate has so many times the sides of the result. */
const spare = 1.5
/** Longest side of results. */
const largestResult = 640

/** Photographs: screenshots and drawings may come in other formats, with edges that JPEG blurs. */
const photographs = new Set(['jpg', 'heic'])
/** A step with anything else is made from the original. */
const known = new Set<keyof Step>(['type', 'width', 'height', 'ratio', 'dpr', 'mode', 'rotate', 'output'])
const shrinking = new Set<Step['mode']>([undefined, 'maintain_ratio', 'force', 'at_max', 'at_max_enlarge', 'at_least'])

/** Undefined: from the original. */
export function reduce(order: RenditionOrder): Reduction | undefined {
  const { picture, transform, page, images, fonts } = order
  if (picture === undefined || !picture.opaque || !photographs.has(picture.format)) return undefined
  const { width, height } = picture
  const [step, ...more] = transform.parts
  if (width * height <= smallestSource || step?.type !== 'step' || more.length > 0) return undefined
  if (page !== undefined || images.length + fonts.length > 0) return undefined
  if (!isPlain(step) || !isUsual(step.output)) return undefined
  const scale = reducedSide / Math.max(width, height)
  const small = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
  const target = wholeSize(step, picture)
  if (target === undefined || Math.max(target.width, target.height) > largestResult) return undefined
  // A long strip has no pixels to spare on its short side.
  if (target.width * spare > small.width || target.height * spare > small.height) return undefined
  const { picture: _known, ...plain } = order
  const { output } = step
  const exact: Step = { type: 'step', ...target, mode: 'force', ...(output === undefined ? {} : { output }) }
  const first: Step = { type: 'step', ...small, mode: 'force', output: reducedOutput }
  return {
    intermediate: { ...plain, transform: { parts: [first], images: [], fonts: [], accepts: [] } },
    order: { ...plain, transform: { ...transform, parts: [exact], reduced: true } },
  }
}

function isPlain(step: Step): boolean {
  const asked = (Object.keys(step) as (keyof Step)[]).filter((key) => step[key] !== undefined)
  if (!asked.every((key) => known.has(key)) || !shrinking.has(step.mode)) return false
  return step.rotate === undefined || step.rotate === 'auto' || step.rotate === 0
}

/** Lossless, with metadata or at a high quality: of the original only. */
function isUsual({ format = 'auto', quality = 80, lossless, metadata, profile }: Output = {}): boolean {
  const lossy = format === 'auto' || format === 'jpg' || format === 'webp' || format === 'avif'
  return lossy && quality <= 90 && lossless !== true && metadata !== true && profile !== true
}

/** Sides of the result; undefined: no size is asked for, or something is cut off. */
function wholeSize(step: Step, from: { width: number; height: number }) {
  const fit = fitStep(step, from, variablesOf({ current: from, original: from }))
  if (fit === undefined || fit.canvas !== undefined || fit.floating !== undefined) return undefined
  const size = sizeOf(fit)
  return sameSize(fit.first, from) && sameSize(fit.scaled, fit.cut) ? size : undefined
}
