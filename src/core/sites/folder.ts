/** Where captures are in the library: a hidden folder for each installation, which the Library API does not change. */
import { invalid } from '../errors.ts'

const root = '/.sites'

/** Of an installation's files. */
export const folderOf = (installation: string) => `${root}/${installation}`

/** Whose folder it is. */
export const installationOf = (path: string) => /^\/\.sites\/([^/]+)$/.exec(path)?.[1]

/** True for paths of captures, and those above and below them that are kept for them. */
export const isReserved = (path: string) => path === root || path.startsWith(`${root}/`)

/** @param given as it came: stored names have no dot at the start. @throws DomainError `invalid` */
export function refuseReserved(given: string, param: string): void {
  const parts = given.split('/').filter((part) => part !== '')
  if (!isReserved(parts.map((part) => `/${part}`).join(''))) return
  throw invalid(
    param,
    `${param} is in ${root}, which holds the photos of the Sites API; send them there, or take another folder.`,
  )
}
