/**
 * Bytes that a project's library holds: the sizes of all versions of all its assets. Counted in the transaction that adds
 * or deletes them, so that it is exact and parallel uploads cannot pass the limit together.
 */
import { DomainError } from '../errors.ts'
import type { MetadataStore, Repositories } from '../ports.ts'
import type { Project } from '../projects/records.ts'
import type { UsageOf } from './records.ts'

/** One row per project, which other writers of the project wait for: take from it late in a transaction. */
const storageUsage = (project: string): UsageOf => ({ project, metric: 'storageBytes', month: 0 })

/**
 * Counts bytes that are being added. The limit holds with IMAGESTEAD_LIMITS=off too: it is a limit of size.
 * @throws DomainError quota_exceeded (media-library-api.md section 3.3); nothing is counted then
 */
export async function takeStorage(tx: Repositories, { id, settings }: Project, bytes: number): Promise<void> {
  const limit = settings.limits.storageBytes ?? Number.MAX_SAFE_INTEGER
  if ((await tx.usage.add(storageUsage(id), bytes, limit)) !== undefined) return
  throw new DomainError('quota_exceeded', 'Your account has exceeded its storage limit.')
}

/** Gives back the bytes of deleted versions. */
export async function giveBackStorage(tx: Repositories, project: string, bytes: number): Promise<void> {
  if (bytes > 0) await tx.usage.giveBack(storageUsage(project), bytes)
}

/** Bytes held now. */
export function storageUsed({ usage }: MetadataStore['read'], project: string): Promise<number> {
  return usage.read(storageUsage(project))
}
