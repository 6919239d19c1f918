/** Pieces of schemas for parameters and members; messages follow the name: `limit must be …`. `meta` is for the document. */
import { z } from 'zod'
import { needs, storable } from '../../core/members.ts'
import { parseDay } from '../../core/sites/zones.ts'

export { flagMember, needs, textMember } from '../../core/members.ts'

/** Whole number in a query. */
export const count = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`)
    .meta({ type: 'integer', minimum: min, maximum: max, pattern: undefined })

export const word = (max = 200) =>
  z
    .string(needs('a text'))
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine(storable, 'must not contain zero bytes or broken characters')

/** One, or several of the same name; comma-separated too. */
export const words = (of: z.ZodType<string, string> = word()) =>
  z
    .preprocess(
      (given) =>
        (Array.isArray(given) ? given : [given]).flatMap((one) => (typeof one === 'string' ? one.split(',') : [one])),
      z.array(of).min(1).max(500, 'has more than 500 values'),
    )
    .meta({ type: 'array' })

/** Years that RFC 3339 can write, in UTC and in every zone. */
const earliest = Date.parse('0000-01-02T00:00:00Z')
const latest = Date.parse('9999-12-31T00:00:00Z')

/** RFC 3339 with `Z` or an offset, as epoch milliseconds. */
export const instant = () =>
  z
    .string(needs('a date-time'))
    .transform((text, context) => {
      const shape = /^(\d{4}-\d\d-\d\d)[Tt ]([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/
      // A plus sign in a query is a blank.
      const read = text.replace(/ (\d\d:\d\d)$/, '+$1')
      const [, date = ''] = shape.exec(read) ?? []
      // Date.parse takes 30 February for a day in March.
      const ms = parseDay(date) === undefined ? Number.NaN : Date.parse(read.replace(' ', 'T'))
      if (ms >= earliest && ms < latest) return ms
      context.addIssue('must be a date-time with Z or an offset, such as 2021-05-31T22:15:00Z')
      return z.NEVER
    })
    .meta({ format: 'date-time' })

/** `yyyy-MM-dd`, as `20210531`. */
export const day = () =>
  z
    .string(needs('a date'))
    .transform((text, context) => {
      const read = parseDay(text)
      if (read !== undefined) return read
      context.addIssue('must be a date such as 2021-05-31')
      return z.NEVER
    })
    .meta({ format: 'date' })

/** `HH:mm`, as the minute of the day. */
export const minute = () =>
  z.string(needs('a time')).transform((text, context) => {
    const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
    if (found !== null) return Number(found[1]) * 60 + Number(found[2])
    context.addIssue('must be a time of the day such as 07:30')
    return z.NEVER
  })

/** A place in a list: opaque text of the list's own key. */
export function cursorOf(mark: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(mark)).toString('base64url')
}

/** The mark of `cursorOf`, its members of these types. */
export const cursor = (...types: ('string' | 'number')[]) =>
  z.string('must be given once').transform((text, context) => {
    try {
      const mark: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
      const isMark = Array.isArray(mark) && mark.length === types.length
      const fits = (value: unknown, type: string) =>
        type === 'string' ? typeof value === 'string' && storable(value) : Number.isSafeInteger(value)
      if (isMark && types.every((type, at) => fits(mark[at], type))) return mark as (string | number)[]
    } catch {}
    context.addIssue('is no cursor of this list; send one that next_cursor gave, or none')
    return z.NEVER
  })
