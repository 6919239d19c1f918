/** Heads: what an owner's examples taught. Each training makes a new version; one of each kind may be switched on. */
import type { Label } from '../labels.ts'

export const headKinds = ['labels', 'taste'] as const
export type HeadKind = (typeof headKinds)[number]

/** How a head's weights are to be read. */
export interface LabelShape {
  kind: 'labels'
  labels: readonly Label[]
  /** Numbers of a sight that it takes: of the embedding, of the classes. */
  embedding: number
  classes: number
  /** Divides its numbers before they become probabilities. */
  temperature: number
  /** Likeness to the examples up to which it is not believed, and from which on it is wholly. */
  strange: number
  familiar: number
}

export interface TasteShape {
  kind: 'taste'
  embedding: number
  /** Features by name, in the order of the weights. */
  features: readonly string[]
  /** Of its raw number over the pictures it learned from. */
  middle: number
  spread: number
}

export type HeadShape = LabelShape | TasteShape

/** Measured by cross-validation when the head was made; no example was judged by a head that had seen it. */
export interface LabelMetrics {
  examples: Readonly<Partial<Record<Label, number>>>
  folds: number
  accuracy: number
  /** Expected calibration error of its confidences. */
  ece: number
  /** confusion[truth][said], labels in the order of the shape. */
  confusion: readonly (readonly number[])[]
  /** Strength of the L2 term that was best. */
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

/** What is to be learned, by files of the library; kept until the head is made. */
export type Lesson =
  | { kind: 'labels'; examples: readonly { label: Label; file: string }[] }
  | { kind: 'taste'; pairs: readonly { better: string; worse: string }[] }

export interface Head {
  /** `hd_…` */
  id: string
  project: string
  kind: HeadKind
  /** From 1 for each project and kind; never given again. */
  version: number
  status: 'training' | 'ready' | 'failed'
  /** Why it failed, for a person. */
  message: string | null
  active: boolean
  /** Models whose sights it learned from, as `Sight.models` names them: those of other models are not judged by it. */
  models: readonly string[] | null
  lesson: Lesson | null
  shape: HeadShape | null
  metrics: LabelMetrics | TasteMetrics | null
  created: number
}

export interface TrainedHead {
  models: readonly string[]
  shape: HeadShape
  metrics: LabelMetrics | TasteMetrics
  /** core/vision/heads/weights.ts */
  weights: string
}

export interface HeadRepository {
  /** The number of a new head; waits for others that take one. */
  nextVersion(project: string, kind: HeadKind): Promise<number>
  insert(head: Head, weights: string | null): Promise<void>
  find(project: string, id: string): Promise<Head | undefined>
  /** Newest first. */
  list(project: string): Promise<Head[]>
  count(project: string): Promise<number>
  /** Those switched on: at most one of each kind. */
  active(project: string): Promise<Head[]>
  /** What `active` would give, without reading it. */
  activeIds(project: string): Promise<string[]>
  weights(project: string, id: string): Promise<string | undefined>
  /** A head in training is ready, or failed; false: it is in training no more. */
  finish(project: string, id: string, outcome: TrainedHead | { message: string }): Promise<boolean>
  /** Switches a ready head on, and the other of its kind off; or this one off. False: there is no such head that is ready. */
  activate(project: string, id: string, on: boolean): Promise<boolean>
  delete(project: string, id: string): Promise<boolean>
}
