/** Form fields and JSON members as clients send them: texts for everything in forms (media-library-api.md section 5.1). */
import { z } from 'zod'
import { DomainError, invalid } from '../../core/errors.ts'

/** `true`/`false` as texts or as themselves; `""` is as good as absent. */
export const flag = (fallback: boolean) =>
  z.preprocess((value) => {
    if (value === '' || value === null) return undefined
    if (typeof value !== 'string') return value
    const text = value.trim().toLowerCase()
    return text === 'true' ? true : text === 'false' ? false : value
  }, z.boolean('must be true or false').default(fallback))

/** An optional text; `""` is absent. */
export const text = (maxLength: number) =>
  z.preprocess(
    (value) => (value === '' || value === null ? undefined : typeof value === 'number' ? String(value) : value),
    z
      .string('must be a text')
      .max(maxLength, `must have at most ${maxLength} characters`)
      // Databases keep none.
      .refine((value) => !value.includes('\0'), 'must not contain a zero byte')
      .optional(),
  )

/** Members of a JSON array of texts. */
export const nameList = z.array(z.string('must be a text'), 'must be an array of texts')

/** Parses with the schema; the first fault becomes a DomainError that names the parameter. */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue === undefined) throw new DomainError('internal', 'A parameter was refused without a reason.')
  const param = issue.path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`))
    .join('')
  const message = issue.message.charAt(0).toLowerCase() + issue.message.slice(1)
  throw invalid(param || 'body', `${param || 'The body'} ${message}.`)
}
