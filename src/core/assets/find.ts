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
