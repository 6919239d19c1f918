/** After an installation's zone changed: its photos' local days and times become those of the new one, some at a time. */
import type { SiteDeps } from './deps.ts'
import type { CaptureMark } from './records.ts'
import { localAt } from './zones.ts'

/** Captures of one transaction. */
const atOnce = 500

/**
 * Goes on after the mark, in order of time; the mark to go on with, undefined: all are done. Safe to run again from any mark:
 * a capture gets the local time of the zone that the installation has then.
 */
export function followZone(
  { store }: Pick<SiteDeps, 'store'>,
  project: string,
  installation: string,
  after?: CaptureMark,
): Promise<CaptureMark | undefined> {
  return store.tx(async (tx) => {
    const place = await tx.installations.lock(project, installation)
    if (place === undefined) return undefined
    const filter = { project, installations: [installation] }
    const page = { order: 'asc', limit: atOnce, ...(after === undefined ? {} : { after }) } as const
    const captures = await tx.captures.page(filter, page)
    const changes = captures.flatMap(({ id, taken, offset, day, minute }) => {
      const local = localAt(place.timezone, taken)
      const same = local.offset === offset && local.day === day && local.minute === minute
      return same ? [] : [{ id, patch: local }]
    })
    await tx.captures.updateMany(project, changes)
    const last = captures.at(-1)
    return captures.length < atOnce || last === undefined ? undefined : { taken: last.taken, id: last.id }
  })
}
