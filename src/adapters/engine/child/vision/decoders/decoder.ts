/** What decoders have in common: raw outputs in, parts of a Sight out. */
import type { Model } from '../../../../../core/processing/model.ts'
import type { Box, DetectedObject, Face } from '../../../../../core/processing/sight.ts'
import type { Frame } from '../prepare.ts'

export interface Output {
  data: Float32Array
  shape: readonly number[]
}

export interface Reading {
  objects?: DetectedObject[]
  classes?: number[]
  embedding?: number[]
  faces?: Face[]
  /** Probabilities, or one number. */
  numbers?: number[]
}

/** @throws Error when an output is not there or has another shape than the decoder knows: the model is broken */
export type Decoder = (outputOf: (role: string) => Output, model: Model, frame: Frame) => Reading

/** A number of the manifest. */
export function parameter({ id, parameters }: Model, name: string, fallback?: number): number {
  const value = parameters?.[name] ?? fallback
  if (typeof value !== 'number') throw new Error(`the manifest of ${id} lacks the number parameters.${name}`)
  return value
}

/** A box in shares of the model's input, as shares of the picture; null: outside of it. */
export function boxInPicture(left: number, top: number, right: number, bottom: number, frame: Frame): Box | null {
  const [x, end] = [(left - frame.x) / frame.width, (right - frame.x) / frame.width].map(clamp) as [number, number]
  const [y, low] = [(top - frame.y) / frame.height, (bottom - frame.y) / frame.height].map(clamp) as [number, number]
  return end > x && low > y ? { x, y, width: end - x, height: low - y } : null
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share))
}

/** Drops what overlaps something more certain by more than this share of both together; most certain first. */
export function withoutOverlaps<Found extends { confidence: number; box: Box }>(
  found: readonly Found[],
  maxOverlap: number,
  alike: (one: Found, other: Found) => boolean = () => true,
): Found[] {
  const kept: Found[] = []
  for (const candidate of found.toSorted((one, other) => other.confidence - one.confidence)) {
    const covered = kept.some((better) => alike(better, candidate) && overlap(better.box, candidate.box) > maxOverlap)
    if (!covered) kept.push(candidate)
  }
  return kept
}

function overlap(one: Box, other: Box): number {
  const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x)
  const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y)
  if (across <= 0 || down <= 0) return 0
  const common = across * down
  return common / (one.width * one.height + other.width * other.height - common)
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value))
}
