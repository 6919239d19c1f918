/**
 * What the headers of blobs say, as children told it: a picture that is asked for in many sizes has its header read once.
 * The bytes of a blob never change, so it holds for as long as it is remembered.
 */
import type { EngineSource } from '../../core/ports.ts'
import type { KnownHeader } from './child/picture.ts'

export interface Headers {
  knows(source: EngineSource): boolean
  /** For an order, by index of the source; `tell`: the child is to say. */
  of(sources: readonly EngineSource[]): (KnownHeader | 'tell' | null)[]
  learn(sources: readonly EngineSource[], headers: readonly (KnownHeader | null)[] | undefined): void
}

/** Some 400 bytes each; those that were learned first go first. */
const most = 2000

export function createHeaders(): Headers {
  const known = new Map<string, KnownHeader>()
  const find = ({ blob }: EngineSource) => (blob === undefined ? undefined : known.get(blob))

  return {
    knows: (source) => find(source) !== undefined,
    of: (sources) => sources.map((source) => find(source) ?? (source.blob === undefined ? null : 'tell')),
    learn(sources, headers = []) {
      for (const [index, header] of headers.entries()) {
        const blob = sources[index]?.blob
        if (blob === undefined || header === null || header === undefined) continue
        known.set(blob, header)
        const [oldest] = known.keys()
        if (known.size > most && oldest !== undefined) known.delete(oldest)
      }
    },
  }
}
