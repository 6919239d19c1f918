/** Stand-in until the photos' own thinning is merged. */
import type { MetadataStore } from '../ports.ts'
import type { Every } from './every.ts'
import type { CaptureFilter, JudgedCapture } from './records.ts'

export async function thinnedCaptures(
  { store }: { store: MetadataStore },
  filter: CaptureFilter,
  every: Every | undefined,
  max: number,
): Promise<JudgedCapture[]> {
  const found = new Map<string, JudgedCapture>()
  let last: JudgedCapture | undefined
  do {
    const after = last === undefined ? {} : { after: { taken: last.taken, id: last.id } }
    const page = await store.read.captures.page(filter, { order: 'asc', limit: 1000, ...after })
    for (const one of page) {
      const slot = slotOf(one, every)
      if (slot === undefined) continue
      const before = found.get(slot)
      if (before === undefined || distance(one, every) < distance(before, every)) found.set(slot, one)
      if (found.size >= max) return [...found.values()]
    }
    last = page.length < 1000 ? undefined : page.at(-1)
  } while (last !== undefined)
  return [...found.values()]
}

function slotOf({ id, day, minute }: JudgedCapture, every: Every | undefined): string | undefined {
  if (every === undefined) return id
  if ('at' in every) return Math.abs(minute - every.at) > 360 ? undefined : String(day)
  if ('days' in every) return String(day)
  return `${day} ${Math.floor(minute / every.minutes)}`
}

const distance = ({ minute }: JudgedCapture, every: Every | undefined) =>
  every !== undefined && 'at' in every ? Math.abs(minute - every.at) : minute
