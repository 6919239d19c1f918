/**
 * Origins and URL endpoints of a project (media-library-api.md section 12). Changes happen under the project's lock, so
 * that no endpoint refers to an origin that is being deleted. Secrets are sealed here and opened only to fetch.
 */
import type { Caller } from '../caller.ts'
import { DomainError, invalid } from '../errors.ts'
import { shortId } from '../ids.ts'
import type { Sealer } from '../keys/seal.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import type { Origin } from './records.ts'
import { type OriginRequest, type OriginSettings, secretMembers } from './schema.ts'

export const maxOrigins = 100

export interface OriginDeps {
  store: MetadataStore
  clock: Clock
  sealer: Sealer
}

type Project = Pick<Caller, 'project'>

/** @throws DomainError invalid: too many */
export async function createOrigin(deps: OriginDeps, { project }: Project, given: OriginRequest): Promise<Origin> {
  const split = sealed(deps.sealer, given)
  return deps.store.tx(async (tx) => {
    await tx.projects.lock(project.id)
    if ((await tx.origins.list(project.id)).length >= maxOrigins) {
      throw invalid('name', `A project has at most ${maxOrigins} origins; delete one first.`)
    }
    const now = deps.clock.now()
    const origin: Origin = { id: shortId(), project: project.id, ...split, created: now, updated: now }
    await tx.origins.insert(origin)
    return origin
  })
}

/** @throws DomainError not_found */
export async function findOrigin(
  { origins }: Pick<Repositories, 'origins'>,
  { project }: Project,
  id: string,
): Promise<Origin> {
  const found = await origins.find(project.id, id)
  if (found === undefined) throw new DomainError('not_found', 'The requested origin does not exist.', { param: 'id' })
  return found
}

/** Replaces all of it, secrets included. @throws DomainError not_found */
export async function replaceOrigin(
  deps: OriginDeps,
  caller: Project,
  id: string,
  given: OriginRequest,
): Promise<Origin> {
  const split = sealed(deps.sealer, given)
  return deps.store.tx(async (tx) => {
    const patch = { ...split, updated: deps.clock.now() }
    const before = await findOrigin(tx, caller, id)
    await tx.origins.update(before.project, id, patch)
    return { ...before, ...patch }
  })
}

/** @throws DomainError not_found, conflict (an endpoint uses it) */
export async function deleteOrigin({ store }: OriginDeps, caller: Project, id: string): Promise<void> {
  await store.tx(async (tx) => {
    await tx.projects.lock(caller.project.id)
    await findOrigin(tx, caller, id)
    const users = (await tx.urlEndpoints.list(caller.project.id)).filter(({ origins }) => origins.includes(id))
    if (users.length > 0) {
      const ids = users.map((endpoint) => endpoint.id).join(', ')
      throw new DomainError('conflict', `The origin is used by URL endpoints (${ids}); remove it from those first.`, {
        param: 'id',
      })
    }
    await tx.origins.delete(caller.project.id, id)
  })
}

/** The secrets by member; for whoever fetches from the origin. @throws DomainError internal (another master key) */
export function originSecrets(
  { sealer }: Pick<OriginDeps, 'sealer'>,
  { secretsSealed }: Origin,
): Record<string, string> {
  return secretsSealed === null ? {} : JSON.parse(sealer.unseal(secretsSealed))
}

const isSecret = (member: string) => secretMembers.some((one) => one === member)

/** What may be shown, and the rest sealed. */
function sealed(sealer: Sealer, { type, name, ...members }: OriginRequest) {
  const entries = Object.entries(members).flatMap(([member, value]): [string, string | boolean][] =>
    value === undefined ? [] : [[member, value]],
  )
  const secrets = Object.fromEntries(entries.filter(([member]) => isSecret(member)))
  const settings: OriginSettings = Object.fromEntries(entries.filter(([member]) => !isSecret(member)))
  const secretsSealed = Object.keys(secrets).length === 0 ? null : sealer.seal(JSON.stringify(secrets))
  return { type, name, settings, secretsSealed }
}
