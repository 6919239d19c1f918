/** Looking files up: another project's ids and ids that never were look the same. */
import type { Caller } from '../caller.ts'
import { DomainError, invalid } from '../errors.ts'
import type { Repositories } from '../ports.ts'
import type { PlacedAsset } from './records.ts'

/** @throws DomainError `invalid`: not 24 lower-case hex characters (section 3.3) */
export function checkId(id: string, param: string): void {
  if (!/^[0-9a-f]{24}$/.test(id)) throw invalid(param, `${param} must have 24 characters of 0-9 and a-f.`)
}

export function unknownFile(param = 'fileId'): DomainError {
  return new DomainError('not_found', 'The requested file does not exist.', { param })
}

/** The current version. @throws DomainError `invalid`, `not_found` with param `fileId` */
export async function findFile(
  { assets }: Pick<Repositories, 'assets'>,
  { project }: Pick<Caller, 'project'>,
  id: string,
): Promise<PlacedAsset> {
  checkId(id, 'fileId')
  const found = await assets.find(project.id, id)
  if (found === undefined) throw unknownFile()
  return found
}

/** @throws DomainError `not_found` with `missingFileIds`, when fewer files were found than ids were given */
export function refuseMissing(ids: readonly string[], found: readonly PlacedAsset[]): void {
  if (found.length === ids.length) return
  const there = new Set(found.map(({ file }) => file))
  throw new DomainError('not_found', 'The requested file(s) does not exist.', {
    param: 'fileIds',
    extra: { missingFileIds: ids.filter((id) => !there.has(id)) },
  })
}

/** A version of a file, the current one included. @throws DomainError `invalid`, `not_found` */
export async function findVersion(
  { assets }: Pick<Repositories, 'assets'>,
  { project }: Pick<Caller, 'project'>,
  file: string,
  id: string,
): Promise<PlacedAsset> {
  checkId(file, 'fileId')
  checkId(id, 'versionId')
  const found = await assets.findVersion(project.id, file, id)
  if (found === undefined) {
    throw new DomainError('not_found', 'The requested file version does not exist.', { param: 'versionId' })
  }
  return found
}

/** Every version, the current one first. @throws DomainError `invalid`, `not_found` with param `fileId` */
export async function listVersions(
  { assets }: Pick<Repositories, 'assets'>,
  { project }: Pick<Caller, 'project'>,
  id: string,
): Promise<PlacedAsset[]> {
  checkId(id, 'fileId')
  const found = await assets.versions(project.id, id)
  if (found.length === 0) throw unknownFile()
  return found
}
