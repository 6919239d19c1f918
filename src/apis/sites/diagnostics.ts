/** `/v1/cameras/{id}/diagnostics` (section 7.2). */
import { z } from 'zod'
import { invalid } from '../../core/errors.ts'
import { addDiagnostics, listDiagnostics } from '../../core/sites/cameras/diagnostics.ts'
import type { Diagnostic } from '../../core/sites/cameras/records.ts'
import { diagnosticResource, diagnosticSchema } from './camera-resource.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { count, cursor, cursorOf, flagMember, instant, needs, textMember } from './fields.ts'
import { pageOf, pagingSchema } from './resources.ts'

const figure = (min: number, max: number, unit: string) =>
  z
    .number(needs('a number'))
    .min(min, `must be from ${min} to ${max} ${unit}`)
    .max(max, `must be from ${min} to ${max} ${unit}`)
    .nullable()
    .optional()
const whole = (min: number, max: number, unit: string) =>
  z
    .number(needs('a number'))
    .int('must be a whole number')
    .min(min, `must be from ${min} to ${max} ${unit}`)
    .max(max, `must be from ${min} to ${max} ${unit}`)
    .nullable()
    .optional()

const members = {
  recorded_at: instant(),
  battery_mv: whole(0, 100_000, 'mV'),
  external_power: flagMember().nullable().optional(),
  signal_dbm: whole(-200, 100, 'dBm'),
  temperature_c: figure(-100, 200, '°C'),
  humidity_pct: figure(0, 100, '%'),
  storage_free_mb: whole(0, 1_000_000_000, 'MB'),
  photos_pending: whole(0, 1_000_000_000, 'photos'),
  event_code: textMember(0, 32).nullable().optional(),
  message: textMember(0, 500).nullable().optional(),
}
const record = z.strictObject(members, needs('an object'))
/** Either members of one record, or `records`. */
const body = record.partial().extend({
  records: z
    .array(record, needs('a list of records'))
    .min(1, 'must have from 1 to 500 records')
    .max(500, 'must have from 1 to 500 records')
    .optional(),
})

const earliest = Date.UTC(2000, 0)
const mostAheadMs = 24 * 60 * 60_000

function recordsOf({ records, ...single }: z.output<typeof body>, now: number): Omit<Diagnostic, 'camera'>[] {
  const extra = Object.keys(single)[0]
  if (records !== undefined && extra !== undefined) {
    throw invalid(extra, `${extra} must be in one of records, or records be left out.`)
  }
  const { recorded_at: at, ...rest } = single
  if (records === undefined && at === undefined) throw invalid('recorded_at', 'recorded_at is missing.')
  const all = records ?? (at === undefined ? [] : [{ ...rest, recorded_at: at }])
  for (const [index, { recorded_at: recorded }] of all.entries()) {
    if (recorded >= earliest && recorded <= now + mostAheadMs) continue
    const name = records === undefined ? 'recorded_at' : `records.${index}.recorded_at`
    throw invalid(name, `${name} must be after 1999 and at most 24 hours from now; set the unit's clock.`)
  }
  return all.map((sent) => ({
    recorded: sent.recorded_at,
    event: sent.event_code ?? '',
    batteryMv: sent.battery_mv ?? null,
    externalPower: sent.external_power ?? null,
    signalDbm: sent.signal_dbm ?? null,
    temperatureC: sent.temperature_c ?? null,
    humidityPct: sent.humidity_pct ?? null,
    storageFreeMb: sent.storage_free_mb ?? null,
    photosPending: sent.photos_pending ?? null,
    message: sent.message ?? null,
  }))
}

/** `15m`, `1h`, `1d`: milliseconds. */
const slot = () =>
  z.string('must be given once').transform((text, context) => {
    const found = /^([1-9]\d{0,3})([mhd])$/.exec(text)
    const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 }[found?.[2] ?? '']
    if (found !== null && unit !== undefined) return Number(found[1]) * unit
    context.addIssue('must be a number of minutes, hours or days such as 15m, 1h or 1d')
    return z.NEVER
  })

export const diagnosticEndpoints: Endpoint[] = [
  endpoint({
    function: 'diagnostics.create',
    version: 1,
    method: 'POST',
    path: '/cameras/:id/diagnostics',
    summary: 'One record of a camera, or up to 500 as records; the same moment and event_code again is nothing new',
    body,
    forCameras: true,
    status: 201,
    answer: { added: z.number(), duplicates: z.number() },
    async run({ api, caller, reply, path: { id = '' }, body }) {
      const records = recordsOf(body, api.deps.clock.now())
      const added = await addDiagnostics(api.deps, caller, id, records)
      // As with photos: nothing new is no creation.
      if (added === 0) reply.code(200)
      return { added, duplicates: records.length - added }
    },
  }),
  endpoint({
    function: 'diagnostics.list',
    version: 1,
    method: 'GET',
    path: '/cameras/:id/diagnostics',
    summary: 'What a camera reported, newest first; every: the newest record of each slot of that length (UTC)',
    query: z.strictObject({
      from: instant().optional(),
      to: instant().optional(),
      every: slot().optional(),
      cursor: cursor('number', 'string').optional(),
      limit: count(1, 500).optional(),
    }),
    answer: { diagnostics: z.array(diagnosticSchema), paging: pagingSchema },
    async run({ api, caller, path: { id = '' }, query: { from, to, every, cursor: mark, limit = 100 } }) {
      const found = await listDiagnostics(api.deps, caller, id, {
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...(every === undefined ? {} : { everyMs: every }),
        ...(mark === undefined ? {} : { after: { recorded: Number(mark[0]), event: String(mark[1]) } }),
        limit: limit + 1,
      })
      const { items, paging } = pageOf(found, limit, ({ recorded, event }) => cursorOf([recorded, event]))
      return { diagnostics: items.map(diagnosticResource), paging }
    },
  }),
]
