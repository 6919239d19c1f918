/** Tags of files (media-library-api.md sections 5.1 and 6). */
import { invalid } from '../errors.ts'

/** Characters of all tags of a file together. */
const maxCharacters = 500

/**
 * Tags as they are stored: without blanks around them, empty or doubled ones.
 * @throws DomainError `invalid` with the given param: `%`, a zero byte, more than 500 characters together
 */
export function cleanTags(given: readonly string[], param: string): string[] {
  const tags = [...new Set(given.map((tag) => tag.normalize('NFC').toWellFormed().trim()))].filter((tag) => tag !== '')
  if (tags.some((tag) => tag.includes('%'))) throw invalid(param, `${param} must not contain "%".`)
  if (tags.some((tag) => tag.includes('\0'))) throw invalid(param, `${param} must not contain a zero byte.`)
  if (!fitTogether(tags)) {
    throw invalid(param, `The combined length of all ${param} must not exceed ${maxCharacters} characters.`)
  }
  return tags
}

/** True when a file can have all these tags. */
export function fitTogether(tags: readonly string[]): boolean {
  return tags.reduce((sum, tag) => sum + tag.length, 0) <= maxCharacters
}
