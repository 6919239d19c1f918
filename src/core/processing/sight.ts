/** What one look at a picture found. All of it is JSON; every judgement (score, label, tags) is computed from it alone. */
import type { InputFormat } from './operations.ts'

/** A part of the upright picture; all four as shares of its sides, 0..1. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

export interface DetectedObject {
  /** As the model's manifest calls it, e.g. `bed`. */
  name: string
  /** 0..1. */
  confidence: number
  box: Box
}

export interface Face {
  /** 0..1. */
  confidence: number
  box: Box
}

/** A model that should have taken part and could not. */
export interface ModelFailure {
  model: string
  /** For the operator. */
  message: string
}

/** Technical features by name: always measured, no model needed. core/vision/score.ts says what each means. */
export type Features = Record<string, number>

export interface Sight {
  format: InputFormat
  /** Sides of the upright picture. */
  width: number
  height: number
  features: Features
  /** Most certain first. */
  objects: readonly DetectedObject[]
  faces: readonly Face[]
  /** Highest certainty of each of the detector's classes anywhere in the picture, in their order; null: no detector ran. */
  classes: readonly number[] | null
  /** The picture as numbers, for likeness and for heads; null: no model gives one. */
  embedding: readonly number[] | null
  /** What further models gave, by model id, after their decoders: probabilities, or one score. */
  outputs: Readonly<Record<string, readonly number[]>>
  /** What an aesthetic model says, 0..10 by its calibration; absent: none ran. */
  aesthetic?: number
  /** Which models took part, each as `id@<first 8 characters of its hash>`, in order. */
  models: readonly string[]
  /** Which should have and could not; absent: none. */
  failures?: readonly ModelFailure[]
}
