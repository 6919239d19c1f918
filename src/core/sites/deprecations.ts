/**
 * Which versions of functions of the Sites API end when (site-photos-api.md section 4): what the operator set, with the
 * dates that follow from it.
 */
import type { Clock, MetadataStore } from '../ports.ts'

/** An entry of `site.deprecations`; times are epoch milliseconds. */
export interface Deprecation {
  /** `photos.list` */
  function: string
  version: number
  /** Absent: when this installation was first started. */
  deprecatedAt?: number | undefined
  /** Absent: six calendar months after that. */
  supportedUntil?: number | undefined
  /** Another version of the function, or a path; absent: the function's newest version. */
  successor?: number | string | undefined
}

export interface Ending {
  function: string
  version: number
  deprecatedAt: number
  /** From then on the version is gone. */
  supportedUntil: number
  successor: number | string | undefined
}

/** Months of support after a deprecation. */
const supportMonths = 6

/** Every entry with both dates; the first start is looked up, or kept, where an entry needs it. */
export async function datedEndings(
  { store, clock }: { store: MetadataStore; clock: Clock },
  deprecations: readonly Deprecation[],
): Promise<Ending[]> {
  const isOpen = deprecations.some(({ deprecatedAt }) => deprecatedAt === undefined)
  const started = isOpen ? await firstStart(store, clock) : 0
  return deprecations.map(({ function: name, version, deprecatedAt = started, supportedUntil, successor }) => ({
    function: name,
    version,
    deprecatedAt,
    supportedUntil: supportedUntil ?? addMonths(deprecatedAt, supportMonths),
    successor,
  }))
}

/** Whole seconds: that is how the dates are told. */
async function firstStart(store: MetadataStore, clock: Clock): Promise<number> {
  const kept = await store.read.meta.get(startName)
  if (kept !== undefined) return Number(kept)
  const now = Math.floor(clock.now() / 1000) * 1000
  return Number(await store.tx(({ meta }) => meta.setOnce(startName, String(now))))
}

const startName = 'sites_first_start'

/** Calendar months in UTC, the time of day unchanged; 31 August and six months is the last day of February. */
export function addMonths(ms: number, months: number): number {
  const date = new Date(ms)
  const wanted = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(wanted, last))
  return date.getTime()
}
