/**
 * Keys that sign media links (site-photos-api.md section 6.2): numbered, derived from the master key. Two live at once: the
 * current one signs, the one before is good for as long as its links may live.
 */
import type { Sealer } from '../keys/seal.ts'
import type { Clock, MetadataStore } from '../ports.ts'

export interface MediaKeys {
  current(): Promise<{ number: number; secret: Buffer }>
  /** Undefined: no key of that number is alive. */
  find(number: number): Promise<Buffer | undefined>
}

export interface MediaKeyDeps {
  store: MetadataStore
  sealer: Sealer
  clock: Clock
  /** Of links. */
  lifetimeMs: number
}

/** What the store has: the number, and since when (epoch milliseconds). */
interface Signing {
  number: number
  since: number
}

const metaName = 'site-media-key'
/** Other nodes hear of a new key so late; until then they sign with the one before. */
const heardMs = 1000
/** Clocks of nodes differ. */
const graceMs = 60_000

export function createMediaKeys({ store, sealer, clock, lifetimeMs }: MediaKeyDeps): MediaKeys {
  let known: { at: number; signing: Signing } | undefined
  const secretOf = (number: number) => sealer.derive(`site-media:${number}`)

  async function signing(fresh = false): Promise<Signing> {
    const now = clock.now()
    if (!fresh && known !== undefined && known.at <= now && now < known.at + heardMs) return known.signing
    const found = parse(await store.read.meta.get(metaName))
    known = { at: now, signing: found }
    return found
  }

  return {
    async current() {
      const { number } = await signing()
      return { number, secret: secretOf(number) }
    },

    async find(number) {
      const heard = await signing()
      // Signed by a node that knows of a newer one.
      const { number: current, since } = number === heard.number + 1 ? await signing(true) : heard
      if (number === current) return secretOf(number)
      const isAlive = number === current - 1 && clock.now() < since + lifetimeMs + graceMs
      return isAlive && number > 0 ? secretOf(number) : undefined
    },
  }
}

/** From now on links are signed with the next key; returns its number. */
export function rollMediaKey({ store, clock }: Pick<MediaKeyDeps, 'store' | 'clock'>): Promise<number> {
  return store.tx(async ({ meta }) => {
    const number = parse(await meta.get(metaName)).number + 1
    await meta.set(metaName, JSON.stringify({ number, since: clock.now() } satisfies Signing))
    return number
  })
}

const parse = (text: string | undefined): Signing => (text === undefined ? { number: 1, since: 0 } : JSON.parse(text))
