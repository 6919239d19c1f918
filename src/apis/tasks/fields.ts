/**
 * Parameters as the six clients send them (tasks-api.md section 5): strings for everything in forms, `""` and null for
 * "not given", names and enum values with blanks and in any case, 0 for unset sizes.
 */
import { z } from 'zod'
import { DomainError, invalid } from '../../core/errors.ts'
import { fileKeyRule, isFileKeyText } from '../../core/keys/file-key.ts'

/** `""` and null are as good as absent. */
const given = (value: unknown) =>
  value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value

const booleans = new Map<unknown, boolean>([
  [1, true],
  ['1', true],
  ['true', true],
  ['on', true],
  [0, false],
  ['0', false],
  ['false', false],
  ['off', false],
])

export const flag = (fallback: boolean) =>
  z.preprocess((value) => {
    const present = given(value)
    const key = typeof present === 'string' ? present.trim().toLowerCase() : present
    return booleans.get(key) ?? present
  }, z.boolean('must be true or false (also 1 or 0)').default(fallback))

const toNumber = (value: unknown) => {
  const present = given(value)
  return typeof present === 'string' && /^[+-]?\d+(\.0+)?$/.test(present.trim()) ? Number(present) : present
}

/** An optional whole number between the bounds; outside them is an error, never clamped. */
export const integer = (min: number, max: number) =>
  z.preprocess(
    toNumber,
    z
      .int(`must be a whole number from ${min} to ${max}`)
      .min(min, `must be at least ${min}`)
      .max(max, `must be at most ${max}`)
      .optional(),
  )

/** A size: optional, more than 0, and 0 means "not given" as .NET sends it. */
export const size = z.preprocess((value) => {
  const number = toNumber(value)
  return number === 0 ? undefined : number
}, z
  .int('must be a whole number above 0')
  .min(1, 'must be above 0')
  .max(1_000_000, 'must be at most 1000000')
  .optional())

/** An optional text; numbers are taken as their digits. */
export const text = (maxLength: number) =>
  z.preprocess(
    (value) => (typeof value === 'number' ? String(value) : given(value)),
    z
      .string('must be a text')
      .max(maxLength, `must have at most ${maxLength} characters`)
      // Databases keep none.
      .refine((value) => !value.includes('\0'), 'must not contain a zero byte')
      .optional(),
  )

/** An optional file name or a pattern for one; the rest of its cleaning is core/tasks/naming.ts. */
export const nameText = z.preprocess(
  (value) => (typeof value === 'string' ? value.replaceAll('\0', '') : value),
  text(1000),
)

/** A file encryption key as it is given: blanks are characters like any other. */
export const fileKeyText = z.preprocess(
  (value) => (value === null || value === '' ? undefined : value),
  z.string(fileKeyRule).refine(isFileKeyText, fileKeyRule).optional(),
)

/** One of a list, found whatever the letter case and blanks around; `aliases` maps lower-case spellings to values. */
export const oneOf = <T extends string>(values: readonly T[], aliases: Record<string, T> = {}) =>
  z.preprocess((value) => {
    const present = given(value)
    if (typeof present !== 'string') return present
    const wanted = present.trim().toLowerCase()
    return aliases[wanted] ?? values.find((candidate) => candidate.toLowerCase() === wanted) ?? present
  }, z.enum(values as unknown as [T, ...T[]], `must be one of ${values.join(', ')}`).optional())

/** Parses with the schema; the first fault becomes a DomainError that names the parameter. */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue === undefined) throw new DomainError('internal', 'A parameter was refused without a reason.')
  const param = issue.path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`))
    .join('')
  throw invalid(param || 'body', `${param || 'The body'} ${lowerFirst(issue.message)}.`)
}

const lowerFirst = (message: string) => message.charAt(0).toLowerCase() + message.slice(1)
