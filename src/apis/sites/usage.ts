/** `/v1/usage`: the caller's calls by day and function (section 5). */
import { z } from 'zod'
import { invalid } from '../../core/errors.ts'
import type { SiteUsageRow } from '../../core/sites/usage.ts'
import { formatDay, formatInstant } from '../../core/sites/zones.ts'
import { dayMs, dayOf } from '../../core/usage/daily.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { day } from './fields.ts'
import { type WindowState, windowStates } from './limits.ts'

const windowSchema = z.object({
  limit: z.number(),
  remaining: z.number(),
  resets_at: z.string().nullable().describe('RFC 3339, UTC; null: there is no limit'),
})

const daySchema = z.object({
  date: z.string().describe('yyyy-MM-dd, UTC'),
  calls: z.number(),
  functions: z.array(z.object({ function: z.string(), version: z.number(), calls: z.number() })),
})

const mostDays = 400
/** Of an answer that nobody asked more of. */
const usualDays = 31

export const usageEndpoints: Endpoint[] = [
  endpoint({
    function: 'usage.get',
    version: 1,
    method: 'GET',
    path: '/usage',
    summary: 'Your calls by day and function, and what is left of your limits',
    query: z.strictObject({
      from: day().optional().describe('First day (UTC); default: 30 days before the last one'),
      to: day().optional().describe('Last day; default: today'),
    }),
    answer: {
      from: z.string(),
      to: z.string(),
      calls: z.number(),
      limits: z.object({ minute: windowSchema, month: windowSchema }),
      days: z.array(daySchema),
    },
    async run({ api, caller: { user }, query }) {
      const to = query.to === undefined ? dayOf(api.deps.clock.now()) : startOf(query.to)
      const from = query.from === undefined ? to - (usualDays - 1) * dayMs : startOf(query.from)
      if (from > to) throw invalid('from', 'from must not be after to.')
      if (to - from >= mostDays * dayMs) throw invalid('from', `from must be less than ${mostDays} days before to.`)
      const [rows, { minute, month }] = await Promise.all([api.usage.days(user.id, from, to), windowStates(api, user)])
      return {
        from: dateOf(from),
        to: dateOf(to),
        calls: rows.reduce((sum, { calls }) => sum + calls, 0),
        limits: { minute: shownWindow(minute), month: shownWindow(month) },
        days: shownDays(rows),
      }
    },
  }),
]

function shownDays(rows: readonly SiteUsageRow[]): z.output<typeof daySchema>[] {
  const days = new Map<number, z.output<typeof daySchema>>()
  for (const { day, function: name, version, calls } of rows) {
    const shown = days.get(day) ?? { date: dateOf(day), calls: 0, functions: [] }
    days.set(day, shown)
    shown.calls += calls
    shown.functions.push({ function: name, version, calls })
  }
  return [...days.values()]
}

const shownWindow = ({ limit, remaining, resetAt }: WindowState) => ({
  limit,
  remaining,
  resets_at: resetAt === undefined ? null : formatInstant(resetAt),
})

const startOf = (date: number) => Date.parse(`${formatDay(date)}T00:00:00Z`)
const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)
