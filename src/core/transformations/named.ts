/** Named transformations of a project (media-library-api.md section 11). Changes happen under the project's lock. */
import { z } from 'zod'
import type { Caller } from '../caller.ts'
import { DomainError, invalid } from '../errors.ts'
import { shortId } from '../ids.ts'
import { flagMember, textMember } from '../members.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import type { ProjectSettings } from '../projects/settings.ts'
import { builtInTransformations } from './language/names.ts'
import { parseTransformation } from './language/parse.ts'
import type { NamedTransformation } from './records.ts'

export const maxTransformations = 250

const name = textMember(1, 100)
  .regex(/^[A-Za-z0-9_]+$/, 'must have only letters, digits and underscores')
  .refine((given) => !builtInTransformations.has(given), 'is built in; choose another')

/** The whole language; the names inside are looked up when it is used. */
export const transformationText = textMember(1, 5000)
  .transform((given) => given.trim().replace(/^tr:/, ''))
  .superRefine((given, context) => {
    if (given.trim() === '') context.addIssue('must not be empty')
    try {
      parseTransformation(given, { param: 'transformation', names: true })
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      context.addIssue(`is not understood; ${error.message.replace(/^transformation: /, '')}`.replace(/\.$/, ''))
    }
  })

export const newTransformationSchema = z.object({
  name,
  transformation: transformationText,
  enabled: flagMember().default(true),
})
export const transformationChangeSchema = z.object({
  name: name.optional(),
  transformation: transformationText.optional(),
  enabled: flagMember().optional(),
})

export type NewTransformation = z.output<typeof newTransformationSchema>
export type TransformationChange = z.output<typeof transformationChangeSchema>

export interface TransformationDeps {
  store: MetadataStore
  clock: Clock
}

type Project = Pick<Caller, 'project'>

/** @throws DomainError invalid: the name is taken, too many */
export async function createTransformation(
  { store, clock }: TransformationDeps,
  { project }: Project,
  given: NewTransformation,
): Promise<NamedTransformation> {
  return store.tx(async (tx) => {
    await tx.projects.lock(project.id)
    const there = await tx.namedTransformations.list(project.id)
    refuseTaken(there, given.name)
    if (there.length >= maxTransformations) {
      throw invalid('name', `A project has at most ${maxTransformations} named transformations; delete one first.`)
    }
    const added = { id: shortId(), project: project.id, ...given, created: clock.now() }
    await tx.namedTransformations.insert(added)
    return added
  })
}

/** @throws DomainError not_found */
export async function findTransformation(
  { namedTransformations }: Pick<Repositories, 'namedTransformations'>,
  { project }: Project,
  id: string,
): Promise<NamedTransformation> {
  const found = await namedTransformations.find(project.id, id)
  if (found === undefined) {
    throw new DomainError('not_found', 'The requested named transformation does not exist.', { param: 'id' })
  }
  return found
}

/** Changes what is given. @throws DomainError not_found, invalid (the name is taken), conflict (renamed or disabled while uploads use it) */
export async function changeTransformation(
  { store }: TransformationDeps,
  caller: Project,
  id: string,
  { name, transformation, enabled }: TransformationChange,
): Promise<NamedTransformation> {
  return store.tx(async (tx) => {
    const settings = await lockSettings(tx, caller)
    const before = await findTransformation(tx, caller, id)
    const after = {
      ...before,
      name: name ?? before.name,
      transformation: transformation ?? before.transformation,
      enabled: enabled ?? before.enabled,
    }
    const renamed = after.name !== before.name
    if (renamed) refuseTaken(await tx.namedTransformations.list(before.project), after.name)
    if (renamed || (before.enabled && !after.enabled)) refuseUsed(settings, before)
    const patch = { name: after.name, transformation: after.transformation, enabled: after.enabled }
    await tx.namedTransformations.update(before.project, id, patch)
    return after
  })
}

/** @throws DomainError not_found, conflict (uploads use it) */
export async function deleteTransformation({ store }: TransformationDeps, caller: Project, id: string): Promise<void> {
  await store.tx(async (tx) => {
    const settings = await lockSettings(tx, caller)
    refuseUsed(settings, await findTransformation(tx, caller, id))
    await tx.namedTransformations.delete(caller.project.id, id)
  })
}

/** As they are now: the caller's may be a moment old. */
async function lockSettings(tx: Repositories, { project }: Project): Promise<ProjectSettings> {
  return (await tx.projects.lock(project.id))?.settings ?? project.settings
}

function refuseTaken(there: readonly NamedTransformation[], name: string): void {
  if (there.some((one) => one.name === name)) {
    throw invalid('name', 'A named transformation with this name already exists.')
  }
}

/** "409 when renaming/disabling/deleting one still used by an upload pre/post setting" */
function refuseUsed({ library }: ProjectSettings, { name }: NamedTransformation): void {
  const used = [library.preTransformation ?? '', ...library.postTransformations].some((text) => usesName(text, name))
  if (!used) return
  throw new DomainError(
    'conflict',
    `The named transformation "${name}" is used by the upload settings of this project; change those first.`,
    { param: 'name' },
  )
}

/** True for `n-<name>` as one item of a step. */
export function usesName(transformation: string, name: string): boolean {
  return transformation.split(/[:,]/).some((item) => item.trim() === `n-${name}`)
}
