/** Reading bodies by closed zod schemas: every fault is named with its field (section 8, `fieldErrors`). */
import { z } from 'zod'
import { DomainError } from '../../core/errors.ts'
import { needs, onlyMembers } from '../../core/members.ts'

export interface FieldError {
  field: string
  message: string
}

const maxErrors = 20

/** @throws DomainError invalid, with every fault as extra `fieldErrors` */
export function parseFields<Output>(schema: z.ZodType<Output>, fields: unknown): Output {
  const parsed = schema.safeParse(fields)
  if (parsed.success) return parsed.data
  const code = parsed.error.issues.find((issue) => issue.code === 'custom' && issue.params?.code !== undefined)
  throw refusal(parsed.error.issues.flatMap(toFieldErrors).slice(0, maxErrors), codeOf(code))
}

export function refusal(fieldErrors: readonly FieldError[], code = 'validation_failed'): DomainError {
  const [first] = fieldErrors
  const message = first === undefined ? 'The body is wrong.' : sentence(first)
  return new DomainError('invalid', message, {
    ...(first === undefined ? {} : { param: first.field }),
    extra: { code, fieldErrors },
  })
}

const sentence = ({ field, message }: FieldError) =>
  field === 'body' ? `The body ${message}.` : `${field} ${message}.`

type Issue = z.core.$ZodIssue

const codeOf = (issue: Issue | undefined) =>
  issue?.code === 'custom' && typeof issue.params?.code === 'string' ? issue.params.code : undefined

function toFieldErrors(issue: Issue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: nameOf([...issue.path, key.slice(0, 60)]), message: 'is not known here' }))
  }
  // Which member of a union was meant is unknown: the union's own message says what would do.
  return [{ field: nameOf(issue.path), message: issue.message }]
}

/** `clients[3].email` */
function nameOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'body'
  return path
    .map((part, place) => (typeof part === 'number' ? `[${part}]` : `${place > 0 ? '.' : ''}${String(part)}`))
    .join('')
}

export const clientKeyMember = () => z.string(needs('a text')).min(1, 'must not be empty')

/** A text of so many characters, whatever they are: it is given back, and kept nowhere. */
export const anyText = (max: number) =>
  z.string(needs('a text')).min(1, 'must not be empty').max(max, `must have at most ${max} characters`)

const numeric = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i

/** A finite number, or one as a text. */
export const numberMember = () =>
  z.preprocess(
    (given) => (typeof given === 'string' && numeric.test(given) ? Number(given) : given),
    z.number(needs('a finite number')),
  )

export const wholeMember = (min: number) =>
  numberMember().pipe(z.int('must be a whole number').min(min, `must be at least ${min}`))

export const closed = onlyMembers
