/** `/v1/installations/{id}/calendar` (section 7.4). */
import { z } from 'zod'
import { calendarOf, monthsOf } from '../../core/sites/calendar.ts'
import { formatDay } from '../../core/sites/zones.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { day } from './fields.ts'
import { photoFileUrl } from './urls.ts'

const daySchema = z
  .object({
    date: z.string(),
    count: z.number(),
    first_photo_id: z.string(),
    last_photo_id: z.string(),
    cover_photo_id: z.string().describe('nearest noon, without flags where there is one'),
    thumb_url: z.string().describe('of the cover'),
  })
  .meta({ id: 'CalendarDay' })

const monthSchema = z
  .object({ month: z.string().describe('yyyy-MM'), count: z.number(), days_with_photos: z.number() })
  .meta({ id: 'CalendarMonth' })

export const calendarEndpoints: Endpoint[] = [
  endpoint({
    function: 'installations.calendar',
    version: 1,
    method: 'GET',
    path: '/installations/:id/calendar',
    summary: 'Local days that have photos, or months; at most 400 days at once',
    query: z.strictObject({
      from: day(),
      to: day(),
      granularity: z.enum(['day', 'month'], 'must be day or month').optional(),
    }),
    answer: {
      timezone: z.string(),
      days: z.array(daySchema).optional(),
      months: z.array(monthSchema).optional().describe('with granularity=month'),
    },
    async run({ api, caller, path: { id = '' }, query: { from, to, granularity = 'day' } }) {
      if (granularity === 'month') {
        const { installation, months } = await monthsOf(api.deps, caller, id, { from, to })
        return {
          timezone: installation.timezone,
          months: months.map(({ month, count, days }) => ({
            month: formatDay(month * 100).slice(0, 7),
            count,
            days_with_photos: days,
          })),
        }
      }
      const { installation, days } = await calendarOf(api.deps, caller, id, { from, to })
      return {
        timezone: installation.timezone,
        days: days.map(({ day: date, count, first, last, cover }) => ({
          date: formatDay(date),
          count,
          first_photo_id: first,
          last_photo_id: last,
          cover_photo_id: cover,
          thumb_url: photoFileUrl(caller.origin, cover, 'thumb'),
        })),
      }
    },
  }),
]
