/** Parameters of calls on folders, whose refusals have a `reason` (media-library-api.md section 8). */
import { refused } from '../../core/folders/paths.ts'

const maxLength = 4000

/** A text that has to be there. @throws DomainError `invalid`, reason MISSING_PARAMETER or INVALID_PARAMETER */
export function givenText(body: Record<string, unknown>, param: string): string {
  const value = body[param]
  if (value === undefined || value === null || value === '') {
    throw refused('MISSING_PARAMETER', param, `Your request is missing ${param} parameter.`)
  }
  if (typeof value !== 'string') throw refused('INVALID_PARAMETER', param, `${param} must be a text.`)
  if (value.length > maxLength || value.includes('\0')) {
    const message = `${param} must have at most ${maxLength} characters and no zero byte.`
    throw refused('INVALID_PARAMETER', param, message)
  }
  return value
}

/** `true` or `false`, also as texts; the first of the names that is given. @throws DomainError `invalid`, reason INVALID_PARAMETER */
export function givenFlag(body: Record<string, unknown>, ...params: readonly string[]): boolean {
  const param = params.find((name) => body[name] !== undefined && body[name] !== null)
  const value = param === undefined ? false : body[param]
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw refused('INVALID_PARAMETER', param ?? '', `${param} must be true or false.`)
}
