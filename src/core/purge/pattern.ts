/** Which URLs may be purged (media-library-api.md section 9). */
import { invalid } from '../errors.ts'

const shortest = 15

/**
 * The pattern of a delivery URL of the project: its path below the project.
 * @param url as the client gave it
 * @param isDelivery whether image URLs of this server begin with that origin
 * @throws DomainError `invalid` with param `url`
 */
export function purgePattern(url: string, project: string, isDelivery: (url: URL) => boolean): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const prefix = `/${project}/`
  const known =
    parsed !== undefined &&
    /^https?:$/.test(parsed.protocol) &&
    isDelivery(parsed) &&
    parsed.pathname.startsWith(prefix) &&
    parsed.pathname.length > prefix.length
  if (!known) throw notValid('it must be a URL of a file of this account')
  const path = parsed.pathname.slice(prefix.length - 1)
  const star = path.indexOf('*')
  // A star in the query stands for the transformations there, which go with the file.
  if (star === -1) return path
  if (star < path.length - 1 || parsed.search !== '') throw notValid('a * is allowed at its end only')
  if (!isNarrow(path.slice(0, -1))) {
    throw notValid(`before the * it needs two levels, ${shortest} characters or a whole file name`)
  }
  return path
}

/** "when the path has two levels, or is at least 15 characters, or is a complete file path with extension" */
function isNarrow(path: string): boolean {
  const levels = path.split('/').filter((part) => part !== '')
  return levels.length >= 2 || path.length >= shortest || /\.[A-Za-z0-9]+$/.test(levels.at(-1) ?? '')
}

const notValid = (why: string) => invalid('url', `The URL is not valid for cache purging. (${why})`)
