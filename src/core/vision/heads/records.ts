/** Heads: what an owner's examples taught. Each training makes a new version; one of each kind may be switched on. */
import type { Label } from '../labels.ts'

export const headKinds = ['labels', 'taste'] as const
export type HeadKind = (typeof headKinds)[number]

/** How a head's weights are to be read. */
export interface LabelShape {
  labels: readonly Label[]
  /** Numbers of a sight that it takes: of the embedding, of the classes. */
  embedding: number
  classes: number
  /** Divides its numbers before they become probabilities. */
  temperature: number
  /** Likeness to the examples from which on it is not, and wholly, believed. */
  strange: number
  familiar: number
}

export interface TasteShape {
  embedding: number
  /** Features by name, in the order of the weights. */
  features: readonly string[]
  /** Of its raw number over the pictures it learned from. */
  middle: number
  spread: number
}

/** Measured by cross-validation when the head was made; no example was judged by a head that had seen it. */
export interface LabelMetrics {
  examples: Readonly<Partial<Record<Label, number>>>
  folds: number
  accuracy: number
  /** Expected calibration error of its confidences. */
  ece: number
  /** confusion[truth][said], labels in the order of the shape. */
  confusion: readonly (readonly number[])[]
  decay: number
}

export interface TasteMetrics {
  pairs: number
  pictures: number
  folds: number
  /** Share of pairs ordered as the owner ordered them. */
  accuracy: number
  decay: number
}

interface HeadBase {
  /** `hd_…` */
  id: string
  project: string
  /** From 1 for each project and kind; never given again. */
  version: number
  active: boolean
  created: number
  /** What it was trained with: models and rules, as in `Judgement.version`; a sight of other models is not judged by it. */
  madeWith: string
  /** core/vision/heads/weights.ts */
  weights: string
}

export interface LabelHeadRecord extends HeadBase {
  kind: 'labels'
  shape: LabelShape
  metrics: LabelMetrics
}

export interface TasteHeadRecord extends HeadBase {
  kind: 'taste'
  shape: TasteShape
  metrics: TasteMetrics
}

export type HeadRecord = LabelHeadRecord | TasteHeadRecord

/** Without the weights, which are large. */
export type HeadSummary = Omit<LabelHeadRecord, 'weights'> | Omit<TasteHeadRecord, 'weights'>

export interface HeadRepository {
  /** Highest version of the kind that was ever given out, and takes the next for the caller. Waits for others. */
  nextVersion(project: string, kind: HeadKind): Promise<number>
  insert(head: HeadRecord): Promise<void>
  find(project: string, id: string): Promise<HeadRecord | undefined>
  /** Newest first. */
  list(project: string): Promise<HeadSummary[]>
  /** Ids of those switched on. */
  active(project: string): Promise<string[]>
  /** Switches this one on and the other of its kind off, or (`on` false) this one off; false: there is none. */
  activate(project: string, id: string, on: boolean): Promise<boolean>
  delete(project: string, id: string): Promise<boolean>
}
