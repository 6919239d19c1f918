/**
 * The heads that judge a project's pictures, remembered: scoring asks for them with every picture. What this process or
 * another node switches counts at once; what is not heard of (an operator's command beside SQLite) within `maxAgeMs`.
 */
import type { Clock, MetadataStore } from '../../ports.ts'
import { openHeads, type ProjectHeads } from './open.ts'
import type { Head } from './records.ts'

export interface ActiveHeads {
  of(project: string): Promise<ProjectHeads>
}

const maxAgeMs = 1000
/** Projects beyond it are forgotten. */
const most = 200

interface Known {
  ids: string
  heads: ProjectHeads
  read: number
}

export function createActiveHeads({ store, clock }: { store: MetadataStore; clock: Clock }): ActiveHeads {
  const known = new Map<string, Known>()
  const stale = new Set<string>()
  const reading = new Map<string, Promise<ProjectHeads>>()

  store.onChange(({ project }) => {
    if (project === null) for (const each of known.keys()) stale.add(each)
    else stale.add(project)
    // Begun before the change: it may have read what was.
    if (project === null) reading.clear()
    else reading.delete(project)
  })

  async function read(project: string): Promise<ProjectHeads> {
    const before = known.get(project)
    const now = clock.now()
    stale.delete(project)
    const ids = (await store.read.heads.activeIds(project)).join(' ')
    const heads = before?.ids === ids ? before.heads : await open(project)
    if (known.size >= most) known.clear()
    known.set(project, { ids: heads.ids.join(' '), heads, read: now })
    return heads
  }

  async function open(project: string): Promise<ProjectHeads> {
    const active = await store.read.heads.active(project)
    const stored = await Promise.all(active.map(({ id }) => store.read.heads.weights(project, id)))
    const complete = active.flatMap((head: Head, at) => {
      const weights = stored[at]
      return weights === undefined ? [] : [{ head, weights }]
    })
    return openHeads(complete)
  }

  return {
    of(project) {
      const found = known.get(project)
      const age = clock.now() - (found?.read ?? 0)
      if (found !== undefined && !stale.has(project) && age >= 0 && age < maxAgeMs) return Promise.resolve(found.heads)
      const running = reading.get(project)
      if (running !== undefined) return running
      const started = read(project).finally(() => {
        if (reading.get(project) === started) reading.delete(project)
      })
      reading.set(project, started)
      return started
    },
  }
}
