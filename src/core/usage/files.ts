/**
 * Files a project may process in a UTC calendar month (tasks-api.md section 12). What a request may need is counted when
 * it is accepted, in that transaction, and what it did not use is given back at its end: parallel requests cannot
 * overspend, and nothing is counted twice.
 */
import type { MetadataStore, Repositories } from '../ports.ts'
import type { Project } from '../projects/records.ts'
import type { UsageOf } from './records.ts'

/** What an unlimited project is told to have left: large, because 0 and null break clients. */
export const unlimitedFiles = 1_000_000

/** First moment of the month, epoch milliseconds. */
export function monthOf(now: number): number {
  const date = new Date(now)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
}

/** First day of the month after, as YYYY-MM-DD: when the count starts again. */
export function nextMonth(now: number): string {
  const date = new Date(now)
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)).toISOString().slice(0, 10)
}

/** @param now decides the month; give the same time to take and to give back */
export function fileUsage(project: string, now: number): UsageOf {
  return { project, metric: 'files', month: monthOf(now) }
}

/** Files of a month; undefined: unlimited. `limited` false: IMAGESTEAD_LIMITS=off. */
export function monthlyFiles(limited: boolean, { settings }: Project): number | undefined {
  return limited ? settings.limits.monthlyFiles : undefined
}

export interface FilesLeftDeps {
  store: MetadataStore
  clock: { now(): number }
  limited: boolean
}

/** What is left of this month. */
export async function filesLeft({ store, clock, limited }: FilesLeftDeps, project: Project): Promise<number> {
  const quota = monthlyFiles(limited, project)
  if (quota === undefined) return unlimitedFiles
  return Math.max(0, quota - (await store.read.usage.read(fileUsage(project.id, clock.now()))))
}

/** Counts `files`, also where there is no quota. Undefined: done; otherwise nothing was counted, and this many are left. */
export async function takeFiles(
  tx: Repositories,
  usage: UsageOf,
  files: number,
  quota: number | undefined,
): Promise<number | undefined> {
  if ((await tx.usage.add(usage, files, quota ?? Number.MAX_SAFE_INTEGER)) !== undefined) return undefined
  return Math.max(0, (quota ?? 0) - (await tx.usage.read(usage)))
}
