/** Usage and analytics of the account (media-library-api.md section 12), from what is counted per day. */
import { z } from 'zod'
import { invalid } from '../../core/errors.ts'
import { needs } from '../../core/members.ts'
import { type DailyCount, type DailyGroup, dayMs } from '../../core/usage/daily.ts'
import { storageUsed } from '../../core/usage/storage.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { parse } from './fields.ts'

const maxDays = 90
/** Names shown of one group. */
const top = 100

const form = 'a day as YYYY-MM-DD'
const day = z.string(needs(form)).refine(isDay, `must be ${form}`)
export const rangeSchema = z.object({ startDate: day, endDate: day })

/** A day of the calendar: Date also takes the 31st of February. */
function isDay(text: string): boolean {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}

/** From the first moment of the start to that of the day after the last. */
function readRange({ query }: EndpointContext, { endIncluded }: { endIncluded: boolean }) {
  const { startDate, endDate } = parse(rangeSchema, query)
  const [from, to] = [Date.parse(startDate), Date.parse(endDate) + (endIncluded ? dayMs : 0)]
  if (from >= to) {
    throw invalid('startDate', `startDate must be before endDate${endIncluded ? ', or the same day' : ''}.`)
  }
  if (to - from > maxDays * dayMs) throw invalid('endDate', `endDate must be within ${maxDays} days of startDate.`)
  return { startDate, endDate, from, to }
}

async function usage(context: EndpointContext) {
  const { from, to } = readRange(context, { endIncluded: false })
  const { api, caller } = context
  const { read } = api.deps.store
  const [counts, storage] = await Promise.all([
    read.dailyUsage.sums(caller.project.id, from, to),
    storageUsed(read, caller.project.id),
  ])
  const units = (name: string) => counts.find((one) => one.group === 'units' && one.name === name)?.count ?? 0
  return {
    bandwidthBytes: totalOf(counts).bytes,
    // What the library holds now: past states are not kept.
    mediaLibraryStorageBytes: storage,
    videoProcessingUnitsCount: units('videoProcessing'),
    extensionUnitsCount: units('extension'),
    // Originals of origins are not cached apart from everything else.
    originalCacheStorageBytes: 0,
  }
}

async function analytics(context: EndpointContext) {
  const { from, to, startDate, endDate } = readRange(context, { endIncluded: true })
  const { api, caller } = context
  const counts = await api.deps.store.read.dailyUsage.sums(caller.project.id, from, to)
  const { count, bytes } = totalOf(counts)
  const cache = (name: string) => counts.find((one) => one.group === 'cache' && one.name === name)?.count ?? 0
  const traffic = (group: DailyGroup) => trafficOf(counts.filter((one) => one.group === group))
  const named = (group: DailyGroup, member: 'requestCount' | 'operationCount') =>
    largest(counts, group, 'count').map((one) => ({ name: one.name, [member]: one.count }))
  const country = traffic('country')
  return {
    startDate,
    endDate,
    generatedAt: new Date(api.deps.clock.now()).toISOString(),
    requestCount: count,
    bandwidthBytes: bytes,
    browser: traffic('browser'),
    cache: { hitCount: cache('hit'), missCount: cache('miss'), errorCount: cache('error') },
    country: { byRequests: country.byRequests.map(withCode), byBandwidth: country.byBandwidth.map(withCode) },
    device: traffic('device'),
    format: traffic('format'),
    urlEndpoints: traffic('urlEndpoint'),
    statusCodes: named('status', 'requestCount'),
    errorReasons: named('errorReason', 'requestCount'),
    extensions: named('extension', 'operationCount'),
    // Single URLs, referrers and programs are not counted.
    topImages: trafficOf([]),
    topImageTransforms: trafficOf([]),
    topVideos: trafficOf([]),
    topVideoTransforms: trafficOf([]),
    topOtherAssets: trafficOf([]),
    topReferrers: trafficOf([]),
    topUserAgents: trafficOf([]),
    top404Assets: [],
    videoProcessing: [],
  }
}

function totalOf(counts: readonly DailyCount[]): Pick<DailyCount, 'count' | 'bytes'> {
  return counts.find(({ group }) => group === 'total') ?? { count: 0, bytes: 0 }
}

interface Traffic {
  name: string
  requestCount: number
  bandwidthBytes: number
}

function trafficOf(counts: readonly DailyCount[]): { byRequests: Traffic[]; byBandwidth: Traffic[] } {
  const [group] = counts
  const by = (order: 'count' | 'bytes') =>
    (group === undefined ? [] : largest(counts, group.group, order)).map(({ name, count, bytes }) => ({
      name,
      requestCount: count,
      bandwidthBytes: bytes,
    }))
  return { byRequests: by('count'), byBandwidth: by('bytes') }
}

function largest(counts: readonly DailyCount[], group: DailyGroup, order: 'count' | 'bytes'): DailyCount[] {
  return counts
    .filter((one) => one.group === group)
    .sort((a, b) => b[order] - a[order] || (a.name < b.name ? -1 : 1))
    .slice(0, top)
}

/** Countries are counted by their codes. */
const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' })

function withCode({ name: code, ...traffic }: Traffic) {
  return { code, name: /^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code, ...traffic }
}

export const usageEndpoints: Endpoint[] = [
  { method: 'GET', path: '/v1/accounts/usage', group: 'usage', level: 'read', handle: usage },
  { method: 'GET', path: '/v1/accounts/usage-analytics', group: 'usage', level: 'read', handle: analytics },
]
