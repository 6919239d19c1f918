/** What is kept of looks at pictures, and of what was said about them. */
import type { Sight } from '../processing/sight.ts'
import type { Aspects } from './judgement.ts'
import type { Label } from './labels.ts'
import type { Vector } from './vector.ts'

export interface KeptSight {
  /** The embedding comes back as exact as a byte per number is (vector.ts). */
  sight: Sight
  created: number
}

/** By blob, like descriptions: versions, copies and restored versions of the same bytes share one. It goes with the blob. */
export interface SightRepository {
  /** Takes the place of the one there was. */
  put(blob: string, sight: Sight, created: number): Promise<void>
  find(blob: string): Promise<KeptSight | undefined>
  /** Those of the blobs that there are, by blob. */
  list(blobs: readonly string[]): Promise<Map<string, KeptSight>>
  vector(blob: string): Promise<Vector | undefined>
}

/** What was found in a picture, in a word. */
export interface FoundTag {
  name: string
  /** 0..1 */
  confidence: number
}

/** What was said of one version of a file, and by what: old numbers stay explained after models change. */
export interface KeptJudgement {
  /** Id of the version. */
  asset: string
  project: string
  blob: string
  /** 0..10, 4 decimals. */
  score: number
  aspects: Aspects
  reasons: readonly string[]
  label: Label
  /** Of the label, 0..1. */
  confidence: number
  /** Most certain first. */
  tags: readonly FoundTag[]
  /** Rules, heads and models that made it. */
  version: string
  /** Of the vector that was kept with it. */
  space: string | null
  made: number
}

/** Deleted with the version. */
export interface JudgementRepository {
  /**
   * Keeps it instead of the one there was, with the version's score and label for lists and search.
   * @returns false when the project has no such version with these bytes (any more): nothing is kept
   */
  put(judgement: Omit<KeptJudgement, 'space'>, vector: Vector | undefined): Promise<boolean>
  find(project: string, asset: string): Promise<KeptJudgement | undefined>
  /** Those of the versions that there are, by version. */
  list(project: string, assets: readonly string[]): Promise<Map<string, KeptJudgement>>
  /** Says of copies what was said of the versions they were made from. */
  copy(copies: readonly { from: string; to: string }[], made: number): Promise<void>
}

/** Where a reader of vectors is. */
export interface VectorPosition {
  made: number
  /** Id of the version. */
  asset: string
}

/** Vectors of many versions, each member in the same order. */
export interface VectorPage {
  assets: string[]
  made: number[]
  scales: number[]
  /** Signed bytes, one vector after the other. */
  bytes: Uint8Array
  /** Where the next page begins; undefined: there were fewer than asked for. */
  next: VectorPosition | undefined
}

/** The vectors of a project's versions, whatever their state: who finds some checks the versions. */
export interface VectorRepository {
  /** The first ones behind `after` (null: the first of all) by (made, asset), in no order. */
  page(project: string, space: string, after: VectorPosition | null, limit: number): Promise<VectorPage>
  /** Of those of the versions that are current and of the project; files of deleted folders may be among them. */
  ofCurrent(
    project: string,
    space: string,
    assets: readonly string[],
  ): Promise<(Pick<Vector, 'scale' | 'bytes'> & { asset: string })[]>
}

/** A durable job that judges the pictures of a folder and what is below it. */
export interface Scoring {
  id: string
  project: string
  status: 'Pending' | 'Completed' | 'Failed'
  /** `''`: the whole library. */
  path: string
  /** Also those that were judged before. */
  again: boolean
  /** How far it is; what is before it in order of path and age is done. */
  cursor: { path: string; after: { created: number; id: string } | null } | null
  /** Files judged; files that are no pictures or were judged before; pictures that cannot be looked at. */
  scored: number
  skipped: number
  failed: number
  /** The first hundred. */
  failures: { fileId: string; reason: string }[]
  created: number
  finished: number | null
}

export interface ScoringRepository {
  insert(scoring: Scoring): Promise<void>
  find(project: string, id: string): Promise<Scoring | undefined>
  /** The newest first. */
  list(project: string, limit: number): Promise<Scoring[]>
  update(
    id: string,
    patch: Partial<Pick<Scoring, 'status' | 'cursor' | 'scored' | 'skipped' | 'failed' | 'failures' | 'finished'>>,
  ): Promise<boolean>
  /** Deletes those of the project that are older, unless they are at work. */
  sweep(project: string, before: number): Promise<void>
}
