/** One version of a file looked at and judged; what was seen and said is kept with it. */
import type { Asset } from '../assets/records.ts'
import { DomainError } from '../errors.ts'
import type { Job } from '../jobs/records.ts'
import type { BlobStore, Clock, MetadataStore, Repositories } from '../ports.ts'
import type { Sight } from '../processing/sight.ts'
import type { ProjectHeads } from '../vision/heads/open.ts'
import { tagsOf } from '../vision/tags.ts'
import { vectorOf } from '../vision/vector.ts'
import type { Vision } from '../vision/vision.ts'

export interface JudgeDeps {
  store: MetadataStore
  blobs: BlobStore
  vision: Vision
  clock: Clock
  /** Longest time for looking at one picture. */
  deadlineMs: number
}

/** A look, and whether it was just made. */
export interface Seen {
  sight: Sight
  fresh: boolean
  /** Those of the project, which judge it. */
  heads: ProjectHeads
}

/**
 * What is kept of a look at these bytes, or a new look in the batch lane, however long the queue.
 * @param keeps whether an earlier look will do
 * @throws DomainError as `Vision.look`
 */
export async function seeAsset(
  { store, blobs, vision, deadlineMs }: JudgeDeps,
  { blob, project }: Pick<Asset, 'blob' | 'project'>,
  keeps: (kept: { sight: Sight; created: number }) => boolean,
  signal: AbortSignal,
): Promise<Seen> {
  const heads = await vision.headsOf(project)
  const kept = await store.read.sights.find(blob)
  if (kept !== undefined && keeps(kept)) return { sight: kept.sight, fresh: false, heads }
  const { path, release } = await blobs.localFile(blob, signal)
  try {
    const sight = await vision.look({ path }, { lane: 'batch', deadlineMs, sheds: false, signal })
    return { sight, fresh: true, heads }
  } finally {
    release()
  }
}

/** Keeps what was seen and what is said of it, in the caller's transaction; nothing when the version is gone. */
export async function keepJudgement(
  { vision, clock }: Pick<JudgeDeps, 'vision' | 'clock'>,
  tx: Repositories,
  { id: asset, project, blob }: Asset,
  { sight, fresh, heads }: Seen,
): Promise<void> {
  const made = clock.now()
  const { score, aspects, reasons, label, confidence, version } = vision.judge(sight, heads)
  const said = { asset, project, blob, score, aspects, reasons, label, confidence, version, made }
  const tags = tagsOf(sight, { label, confidence })
  const isThere = await tx.judgements.put({ ...said, tags }, vectorOf(sight))
  if (isThere && fresh) await tx.sights.put(blob, sight, made)
}

/** @throws DomainError `fenced` */
export async function requireHold(tx: Repositories, job: Job): Promise<void> {
  if (!(await tx.jobs.holds(job))) throw new DomainError('fenced', 'The job was taken over.')
}

/** Failures of the server, not of the picture: another try may go better. */
export const isPassing = (error: DomainError) =>
  ['overloaded', 'unavailable', 'storage_full', 'cancelled', 'fenced'].includes(error.code)
