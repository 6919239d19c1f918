/** Parameters of every version of photos.list (section 7.3), and what the core looks for. */
import { z } from 'zod'
import { invalid } from '../../core/errors.ts'
import type { AskedFilter } from '../../core/sites/captures.ts'
import { everyForms, parseEvery } from '../../core/sites/every.ts'
import { flags } from '../../core/sites/records.ts'
import { day, instant, minute, word, words } from './fields.ts'

const most = 500
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** One, or several of the same name; comma-separated too. In the JSON of an export they may be numbers. */
const listOf = <Value extends z.ZodType>(of: Value) =>
  z.preprocess(
    (given) =>
      (Array.isArray(given) ? given : [given]).flatMap((one) =>
        typeof one === 'string' || typeof one === 'number' ? String(one).split(',') : [one],
      ),
    z.array(of).min(1).max(most, `has more than ${most} values`),
  )

/** One, or several of the same name: tags may hold commas. */
const repeatable = (of: z.ZodType<string, string>) =>
  z.preprocess(
    (given) => (Array.isArray(given) ? given : [given]),
    z.array(of).min(1).max(20, 'has more than 20 values'),
  )

const hour = z
  .string('must be a whole number from 0 to 23')
  .regex(/^([01]?\d|2[0-3])$/, 'must be a whole number from 0 to 23')
  .transform(Number)

const weekdayForms = 'must be a number from 1 (Monday) to 7 (Sunday), or mon, tue, wed, thu, fri, sat or sun'
const weekday = z.string(weekdayForms).transform((text, context) => {
  const found = weekdays.indexOf(text.toLowerCase()) + 1 || (/^[1-7]$/.test(text) ? Number(text) : 0)
  if (found > 0) return found
  context.addIssue(weekdayForms)
  return z.NEVER
})

const flag = z.enum(flags, `must be one of ${flags.join(', ')}`)

const every = z.string('must be given once').transform((text, context) => {
  const found = parseEvery(text)
  if (found !== undefined) return found
  context.addIssue(`must be ${everyForms}`)
  return z.NEVER
})

export const photoFilters = {
  installation_id: words().optional(),
  camera_id: word().optional(),
  from: instant().optional(),
  to: instant().optional(),
  date: listOf(day()).optional(),
  time_from: minute().optional(),
  time_to: minute().optional(),
  hour: listOf(hour).optional(),
  weekday: listOf(weekday).optional(),
  tag: repeatable(word()).optional(),
  flag: listOf(flag).optional(),
  not_flag: listOf(flag).optional(),
  every: every.optional(),
  order: z.enum(['asc', 'desc'], 'must be asc or desc').optional(),
}

type Asked = Omit<z.output<z.ZodObject<typeof photoFilters>>, 'order'>

/** @throws DomainError `invalid`: the time ends before it begins */
export function filterOf(asked: Asked): AskedFilter {
  const { from, to, time_from, time_to } = asked
  if (from !== undefined && to !== undefined && to < from) throw invalid('to', 'to must not be before from.')
  const isTimed = time_from !== undefined || time_to !== undefined
  return {
    ...given('installations', asked.installation_id),
    ...given('camera', asked.camera_id),
    ...given('from', from),
    ...given('to', to),
    ...given('days', asked.date),
    ...(isTimed ? { minutes: { from: time_from ?? 0, to: time_to ?? 24 * 60 - 1 } } : {}),
    ...given('hours', asked.hour),
    ...given('weekdays', asked.weekday),
    ...given('tags', asked.tag),
    ...given('flags', asked.flag),
    ...given('notFlags', asked.not_flag),
    ...given('every', asked.every),
  }
}

/** Left out where it was not given. */
function given<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]: Value })
}
