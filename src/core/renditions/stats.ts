/** What happened to requests for pictures, for the metrics. */

/** `url`: answered before anything was looked up; `memory`, `store`: kept; `joined`: being made already; `miss`: made. */
export const outcomes = ['url', 'memory', 'store', 'joined', 'miss'] as const
export type Outcome = (typeof outcomes)[number]

/** find: whether it is kept; plan: from the URL to what is to be sent; fetch: sources; transform: the engine with its queue; send. */
export const stages = ['plan', 'find', 'fetch', 'transform', 'send'] as const
export type Stage = (typeof stages)[number]

export interface RenditionStats {
  count(outcome: Outcome): void
  counts(): Record<Outcome, number>
  observe(stage: Stage, ms: number): void
  time<T>(stage: Stage, work: () => Promise<T>): Promise<T>
}

export type Timer = (stage: Stage, ms: number) => void

/** @param timer hears how long each stage took */
export function createRenditionStats(timer: Timer): RenditionStats {
  const counts: Record<Outcome, number> = { url: 0, memory: 0, store: 0, joined: 0, miss: 0 }
  return {
    count(outcome) {
      counts[outcome] += 1
    },
    counts: () => ({ ...counts }),
    observe: timer,
    async time(stage, work) {
      const began = performance.now()
      try {
        return await work()
      } finally {
        timer(stage, performance.now() - began)
      }
    },
  }
}
