/**
 * Which renditions of a source are not kept, for a moment: a picture that is asked for in many sizes is looked up once. To
 * be wrong costs no more than a picture made twice, so what other nodes keep meanwhile need not be heard.
 */
import type { Clock } from '../ports.ts'
import type { RenditionRepository } from './records.ts'

export interface Absence {
  /** The rendition is not kept. */
  knows(source: string, key: string): boolean
  /** Looks up what is kept of the source. */
  learn(source: string): Promise<void>
  /** The rendition is kept from now on. */
  ends(source: string, key: string): void
}

const maxAgeMs = 1000
/** Of a source with as many every single one is looked up. */
const mostKeys = 200
/** Beyond it all are forgotten. */
const mostSources = 500

export function createAbsence(renditions: Pick<RenditionRepository, 'keysOf'>, clock: Clock): Absence {
  /** `kept` undefined: too many. */
  const known = new Map<string, { at: number; kept: Set<string> | undefined }>()

  function of(source: string) {
    const found = known.get(source)
    const now = clock.now()
    // A clock may be set back.
    return found !== undefined && found.at <= now && now < found.at + maxAgeMs ? found : undefined
  }

  return {
    knows(source, key) {
      const found = of(source)
      return found?.kept?.has(key) === false
    },

    async learn(source) {
      if (of(source) !== undefined) return
      const at = clock.now()
      const keys = await renditions.keysOf(source, mostKeys)
      if (known.size >= mostSources) known.clear()
      known.set(source, { at, kept: keys.length < mostKeys ? new Set(keys) : undefined })
    },

    ends(source, key) {
      known.get(source)?.kept?.add(key)
    },
  }
}
