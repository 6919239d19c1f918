/**
 * One server process per data folder: holds an exclusive transaction on a database of its own. The operating system
 * drops the lock with the process, however it ends.
 */
import { join } from 'node:path'
import { DomainError } from '../../../core/errors.ts'
import { openFile } from './load.ts'

/**
 * Takes the lock of a folder, at once or never.
 * @returns the function that releases it
 * @throws DomainError `conflict` when another process (or store) holds it
 */
export function lockFolder(folder: string): () => void {
  const lock = openFile(join(folder, 'imagestead.lock'))
  try {
    lock.exec('pragma busy_timeout = 0')
    lock.exec('pragma journal_mode = memory')
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    throw new DomainError(
      'conflict',
      `The data folder ${folder} is in use by another server process: stop it, or give this one another folder (IMAGESTEAD_DATA_DIR).`,
      { cause: error },
    )
  }
  return () => lock.close()
}
