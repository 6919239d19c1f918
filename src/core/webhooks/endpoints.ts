/** Where a project's library events go: the operator's list of endpoints. */
import { DomainError, invalid } from '../errors.ts'
import { prefixedUlid } from '../ids.ts'
import type { Sealer } from '../keys/seal.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import { type LibraryEventType, libraryEventTypes } from './library-events.ts'
import type { WebhookEndpoint } from './records.ts'
import { shownTarget } from './target.ts'

interface Deps {
  store: MetadataStore
  sealer: Sealer
  clock: Clock
}

export interface EndpointChange {
  url?: string | undefined
  /** Comma-separated types; `all`: every one. */
  events?: string | undefined
  enabled?: boolean | undefined
}

const maxUrlLength = 2048
const maxEndpoints = 20

/** @throws DomainError `invalid`, `conflict` when the project has as many as it may */
export async function addEndpoint(
  { store, sealer, clock }: Deps,
  project: string,
  { url = '', events = 'all', enabled = true }: EndpointChange,
): Promise<WebhookEndpoint> {
  const now = clock.now()
  const id = prefixedUlid('we', now)
  const endpoint = { id, project, ...addressOf(sealer, url), events: typesOf(events), enabled, created: now }
  return changing(store, project, async (tx) => {
    if ((await tx.webhooks.endpoints(project)).length >= maxEndpoints) {
      throw new DomainError('conflict', `A project has at most ${maxEndpoints} endpoints; remove one first.`)
    }
    await tx.webhooks.addEndpoint(endpoint)
    return endpoint
  })
}

/** @throws DomainError `invalid`, `not_found` */
export async function changeEndpoint(
  { store, sealer }: Omit<Deps, 'clock'>,
  id: string,
  { url, events, enabled }: EndpointChange,
): Promise<WebhookEndpoint> {
  const { project } = await findEndpoint(store.read, id)
  const patch = {
    ...(url === undefined ? {} : addressOf(sealer, url)),
    ...(events === undefined ? {} : { events: typesOf(events) }),
    ...(enabled === undefined ? {} : { enabled }),
  }
  return changing(store, project, async (tx) => {
    await tx.webhooks.updateEndpoint(id, patch)
    return findEndpoint(tx, id)
  })
}

/** What was recorded for it before is still delivered. @throws DomainError `not_found` */
export async function removeEndpoint({ store }: Pick<Deps, 'store'>, id: string): Promise<WebhookEndpoint> {
  const endpoint = await findEndpoint(store.read, id)
  await changing(store, endpoint.project, (tx) => tx.webhooks.removeEndpoint(id))
  return endpoint
}

async function findEndpoint({ webhooks }: Pick<Repositories, 'webhooks'>, id: string): Promise<WebhookEndpoint> {
  const found = await webhooks.findEndpoint(id)
  if (found !== undefined) return found
  throw new DomainError('not_found', `No endpoint has the id "${id}"; \`imagestead webhooks endpoints\` shows them.`)
}

/** Changes the list, and notes with the project whether there is anyone to tell: events look there first. */
function changing<T>(store: MetadataStore, project: string, change: (tx: Repositories) => Promise<T>): Promise<T> {
  return store.tx(async (tx) => {
    const locked = await tx.projects.lock(project)
    const result = await change(tx)
    if (locked === undefined) return result
    const libraryEvents = (await tx.webhooks.endpoints(project)).some(({ enabled }) => enabled)
    const { settings } = locked
    await tx.projects.update(project, { settings: { ...settings, webhooks: { ...settings.webhooks, libraryEvents } } })
    return result
  })
}

function addressOf(sealer: Sealer, url: string) {
  const trimmed = url.trim()
  if (!URL.canParse(trimmed) || !/^https?:$/.test(new URL(trimmed).protocol)) {
    throw invalid('url', 'The URL of an endpoint begins with https:// or http:// and names a host.')
  }
  if (trimmed.length > maxUrlLength) throw invalid('url', `The URL must have at most ${maxUrlLength} characters.`)
  return { urlSealed: sealer.seal(trimmed), target: shownTarget(trimmed) }
}

/** Empty: every type, those to come too. */
function typesOf(text: string): LibraryEventType[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.includes('all')) return []
  return names.map((name) => {
    const known = libraryEventTypes.find((type) => type === name)
    if (known !== undefined) return known
    throw invalid('events', `"${name}" is no event; give all, or some of ${libraryEventTypes.join(', ')}.`)
  })
}
