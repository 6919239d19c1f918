/** URL endpoints of a project (media-library-api.md section 12): `default` is always there. Changes happen under the project's lock. */
import type { Caller } from '../caller.ts'
import { DomainError, invalid } from '../errors.ts'
import { shortId } from '../ids.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import { defaultEndpoint, type UrlEndpoint } from './records.ts'
import type { UrlEndpointRequest } from './schema.ts'

export const maxUrlEndpoints = 100

export interface UrlEndpointDeps {
  store: MetadataStore
  clock: Clock
}

type Project = Pick<Caller, 'project'>

/** The default one first, then the oldest. */
export async function listUrlEndpoints(
  { urlEndpoints }: Pick<Repositories, 'urlEndpoints'>,
  { project }: Project,
): Promise<UrlEndpoint[]> {
  const all = await urlEndpoints.list(project.id)
  const first = all.find(({ id }) => id === defaultEndpoint) ?? untouchedDefault(project)
  return [first, ...all.filter(({ id }) => id !== defaultEndpoint)]
}

/** @throws DomainError not_found */
export async function findUrlEndpoint(
  { urlEndpoints }: Pick<Repositories, 'urlEndpoints'>,
  { project }: Project,
  id: string,
): Promise<UrlEndpoint> {
  const found = await urlEndpoints.find(project.id, id)
  if (found !== undefined) return found
  if (id === defaultEndpoint) return untouchedDefault(project)
  throw unknownEndpoint()
}

/** Without a prefix it gets its id as one. @throws DomainError invalid: prefix taken or empty, an origin that is not there, too many */
export async function createUrlEndpoint(
  { store, clock }: UrlEndpointDeps,
  caller: Project,
  given: UrlEndpointRequest,
): Promise<UrlEndpoint> {
  const { id: project } = caller.project
  return store.tx(async (tx) => {
    await tx.projects.lock(project)
    const there = await listUrlEndpoints(tx, caller)
    // The default one does not count.
    if (there.length > maxUrlEndpoints) {
      throw invalid('urlPrefix', `A project has at most ${maxUrlEndpoints} URL endpoints; delete one first.`)
    }
    const now = clock.now()
    const id = shortId()
    const urlPrefix = given.urlPrefix ?? id
    const endpoint: UrlEndpoint = { id, project, ...content(given), urlPrefix, created: now, updated: now }
    await check(tx, endpoint, there)
    await tx.urlEndpoints.put(endpoint)
    return endpoint
  })
}

/** Replaces all but what is absent and has no default: the prefix. @throws DomainError not_found, invalid */
export async function replaceUrlEndpoint(
  { store, clock }: UrlEndpointDeps,
  caller: Project,
  id: string,
  given: UrlEndpointRequest,
): Promise<UrlEndpoint> {
  return store.tx(async (tx) => {
    await tx.projects.lock(caller.project.id)
    const before = await findUrlEndpoint(tx, caller, id)
    const urlPrefix = given.urlPrefix ?? before.urlPrefix
    const endpoint: UrlEndpoint = { ...before, ...content(given), urlPrefix, updated: clock.now() }
    await check(tx, endpoint, await listUrlEndpoints(tx, caller))
    await tx.urlEndpoints.put(endpoint)
    return endpoint
  })
}

/** @throws DomainError not_found, invalid (the default one) */
export async function deleteUrlEndpoint({ store }: UrlEndpointDeps, { project }: Project, id: string): Promise<void> {
  if (id === defaultEndpoint) throw invalid('id', 'The default URL endpoint cannot be deleted.')
  await store.tx(async (tx) => {
    await tx.projects.lock(project.id)
    if (!(await tx.urlEndpoints.delete(project.id, id))) throw unknownEndpoint()
  })
}

async function check(
  { origins }: Pick<Repositories, 'origins'>,
  endpoint: UrlEndpoint,
  there: readonly UrlEndpoint[],
): Promise<void> {
  const { id, urlPrefix, project } = endpoint
  if ((id === defaultEndpoint) !== (urlPrefix === '')) {
    throw invalid(
      'urlPrefix',
      id === defaultEndpoint
        ? 'The urlPrefix of the default URL endpoint is always empty.'
        : 'The empty urlPrefix is reserved for the default URL endpoint.',
    )
  }
  if (there.some((one) => one.id !== id && one.urlPrefix === urlPrefix)) {
    throw invalid('urlPrefix', 'A URL endpoint with this urlPrefix already exists.')
  }
  if (endpoint.origins.length === 0) return
  const known = new Set((await origins.list(project)).map((origin) => origin.id))
  const unknown = endpoint.origins.findIndex((origin) => !known.has(origin))
  if (unknown !== -1) throw invalid(`origins[${unknown}]`, `origins[${unknown}] is no origin of this project.`)
}

function content({ description, origins, urlRewriter }: UrlEndpointRequest) {
  return { description, origins, urlRewriter: urlRewriter ?? null }
}

/** As it is before anybody changed it. */
function untouchedDefault({ id, created }: Caller['project']): UrlEndpoint {
  const description = 'The default URL endpoint.'
  const about = { id: defaultEndpoint, project: id, description, urlPrefix: '', origins: [], urlRewriter: null }
  return { ...about, created, updated: created }
}

const unknownEndpoint = () =>
  new DomainError('not_found', 'The requested URL endpoint does not exist.', { param: 'id' })
