/** What is said about a picture after a look at it. */
import type { Label } from './labels.ts'

/** Each 0..10; null: nothing that runs here can say. */
export interface Aspects {
  technical: number
  aesthetic: number | null
  exposure: number
  sharpness: number
  composition: number
}

export interface ScoreJudgement {
  /** 0..10, rounded to 4 decimals. */
  score: number
  aspects: Aspects
  /** What pulls the score down, the worst first: `too_dark`, `blurred`, `tilted`, `low_resolution` … */
  reasons: readonly string[]
}

export interface LabelJudgement {
  label: Label
  /** Of `labels[0]`, 0..1. */
  confidence: number
  /** All 23, highest first, ties by id; they sum to 1. */
  labels: readonly { id: number; label: Label; confidence: number }[]
}

export interface Judgement extends ScoreJudgement, LabelJudgement {
  /** Which models and versions of rules and heads made it: the `X-Model-Version` header. */
  version: string
}
