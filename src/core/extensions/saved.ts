/** Saved extensions of a project (media-library-api.md section 12). Changes happen under the project's lock. */
import { z } from 'zod'
import type { Caller } from '../caller.ts'
import { DomainError, invalid } from '../errors.ts'
import { shortId } from '../ids.ts'
import { textMember } from '../members.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import type { SavedExtension } from './records.ts'
import { extensionSchema, type RequestedExtensions } from './schema.ts'
import type { ResolvedExtension } from './status.ts'

export const maxSavedExtensions = 100

const name = textMember(1, 200)
const description = textMember(0, 2000)

export const newSavedExtensionSchema = z.object({ name, description, config: extensionSchema })
export const savedExtensionChangeSchema = z.object({
  name: name.optional(),
  description: description.optional(),
  config: extensionSchema.optional(),
})

export interface SavedExtensionDeps {
  store: MetadataStore
  clock: Clock
}

type Project = Pick<Caller, 'project'>

/** @throws DomainError invalid: too many */
export async function createSavedExtension(
  { store, clock }: SavedExtensionDeps,
  { project }: Project,
  given: z.output<typeof newSavedExtensionSchema>,
): Promise<SavedExtension> {
  return store.tx(async (tx) => {
    await tx.projects.lock(project.id)
    if ((await tx.savedExtensions.list(project.id)).length >= maxSavedExtensions) {
      throw invalid('name', `A project has at most ${maxSavedExtensions} saved extensions; delete one first.`)
    }
    const now = clock.now()
    const added = { id: shortId(), project: project.id, ...given, created: now, updated: now }
    await tx.savedExtensions.insert(added)
    return added
  })
}

/** @throws DomainError not_found */
export async function findSavedExtension(
  { savedExtensions }: Pick<Repositories, 'savedExtensions'>,
  { project }: Project,
  id: string,
): Promise<SavedExtension> {
  const found = await savedExtensions.find(project.id, id)
  if (found === undefined) throw unknownExtension()
  return found
}

/** What a request asks for, with what its saved ones hold. @throws DomainError invalid: it names one that is not there */
export async function resolveExtensions(
  { savedExtensions }: Pick<Repositories, 'savedExtensions'>,
  { project }: Project,
  requested: RequestedExtensions,
): Promise<ResolvedExtension[]> {
  const resolved: ResolvedExtension[] = []
  for (const [index, extension] of requested.entries()) {
    const { name } = extension
    const config =
      name === 'saved-extension' ? (await savedExtensions.find(project.id, extension.id))?.config : extension
    if (config !== undefined) resolved.push({ name, config })
    else throw invalid(`extensions[${index}].id`, `extensions[${index}].id is no saved extension of this project.`)
  }
  return resolved
}

/** Changes what is given. @throws DomainError not_found */
export async function changeSavedExtension(
  { store, clock }: SavedExtensionDeps,
  caller: Project,
  id: string,
  given: z.output<typeof savedExtensionChangeSchema>,
): Promise<SavedExtension> {
  return store.tx(async (tx) => {
    await tx.projects.lock(caller.project.id)
    const before = await findSavedExtension(tx, caller, id)
    const after = {
      name: given.name ?? before.name,
      description: given.description ?? before.description,
      config: given.config ?? before.config,
      updated: clock.now(),
    }
    await tx.savedExtensions.update(before.project, id, after)
    return { ...before, ...after }
  })
}

/** @throws DomainError not_found */
export async function deleteSavedExtension({ store }: SavedExtensionDeps, caller: Project, id: string): Promise<void> {
  await store.tx(async (tx) => {
    if (!(await tx.savedExtensions.delete(caller.project.id, id))) throw unknownExtension()
  })
}

const unknownExtension = () =>
  new DomainError('not_found', 'The requested saved extension does not exist.', { param: 'id' })
