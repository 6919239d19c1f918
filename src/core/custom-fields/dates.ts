/** Dates of custom metadata: ISO 8601 in, one form out, so that texts compare as the moments they are. */

const form = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i

const why = 'should be a date in ISO 8601 form, e.g. 2026-03-01 or 2026-03-01T12:00:00Z'

/** `YYYY-MM-DDTHH:mm:ss.sssZ` of a day (its first moment), or of a time (without zone: UTC); days that are none are refused. */
export function checkDate(given: unknown): { value: string } | { why: string } {
  const parts = typeof given === 'string' ? form.exec(given) : null
  if (parts === null) return { why }
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0))
  const ms = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3))
  const [y, mo, d, h, mi, s] = [year ?? 0, month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0]
  if (mo < 1 || mo > 12 || d < 1 || d > daysOf(y, mo) || h > 23 || mi > 59 || s > 59) return { why }
  const offset = offsetMinutes(parts[8])
  if (offset === undefined) return { why }
  const local = new Date(0)
  // Not Date.UTC: it takes years below 100 for those of the last century.
  local.setUTCFullYear(y, mo - 1, d)
  local.setUTCHours(h, mi, s, ms)
  const moment = new Date(local.getTime() - offset * 60_000)
  // An offset may lead out of the years with four digits, whose texts no longer compare.
  const text = moment.toISOString()
  return /^\d{4}-/.test(text) ? { value: text } : { why }
}

function daysOf(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** Undefined: no such zone. */
function offsetMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || 0)]
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}
