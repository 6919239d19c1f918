/**
 * The custom metadata fields of a project (media-library-api.md section 10). Changes happen under the project's lock, one
 * after the other. A deleted field keeps its row, so that its name is never used again; its values stay stored and are
 * shown and searched no more.
 */
import { checkId } from '../assets/find.ts'
import type { Caller } from '../caller.ts'
import { DomainError, invalid } from '../errors.ts'
import { hexId } from '../ids.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import type { CustomField } from './records.ts'
import { parseSchema } from './schema.ts'

/** Fields that are not deleted: every upload, update and search reads them all. */
export const maxFields = 100
/** With deleted ones, whose names stay taken. */
export const maxFieldsEver = 1000

export interface FieldDeps {
  store: MetadataStore
  clock: Clock
}

type Project = Pick<Caller, 'project'>

export interface NewField {
  name: string
  label: string
  description: string | null
  /** As the client gave it. */
  schema?: unknown
}

export interface FieldChange {
  label?: string | undefined
  /** As the client gave it; its `type` is ignored. */
  schema?: unknown
  /** Null takes it away. */
  description?: string | null | undefined
}

/** @throws DomainError invalid: name or label taken, schema (with `errors`), too many */
export async function createField(deps: FieldDeps, { project }: Project, given: NewField): Promise<CustomField> {
  const schema = parseSchema(given.schema)
  return deps.store.tx(async (tx) => {
    const fields = await lockedFields(tx, project.id)
    if (fields.some(({ name }) => name === given.name)) {
      throw invalid('name', 'A custom metadata field with this name already exists.')
    }
    refuseTakenLabel(fields, given.label)
    refuseTooMany(fields)
    const now = deps.clock.now()
    const { name, label, description } = given
    const about = { id: hexId(now), project: project.id, name, label, schema, description }
    const field: CustomField = { ...about, deleted: false, created: now }
    await tx.customFields.insert(field)
    return field
  })
}

/** Oldest first. */
export async function listFields(
  { store }: Pick<FieldDeps, 'store'>,
  { project }: Project,
  { includeDeleted }: { includeDeleted: boolean },
): Promise<CustomField[]> {
  const fields = await store.read.customFields.list(project.id)
  return includeDeleted ? fields : fields.filter(({ deleted }) => !deleted)
}

/** Replaces what is given. @throws DomainError invalid, not_found */
export async function changeField(
  { store }: FieldDeps,
  { project }: Project,
  id: string,
  change: FieldChange,
): Promise<CustomField> {
  checkId(id, 'id')
  return store.tx(async (tx) => {
    const fields = await lockedFields(tx, project.id)
    const field = fields.find((one) => one.id === id)
    if (field === undefined) throw unknownField()
    if (field.deleted) throw invalid('id', 'Cannot update a deleted custom metadata fields.')
    if (change.label === undefined && change.schema === undefined) {
      throw invalid('label', 'Either label or schema should be provided.')
    }
    const others = fields.filter((one) => one !== field)
    if (change.label !== undefined) refuseTakenLabel(others, change.label)
    const patch = {
      label: change.label ?? field.label,
      schema: change.schema === undefined ? field.schema : parseSchema(change.schema, field.schema.type),
      description: change.description === undefined ? field.description : change.description,
    }
    await tx.customFields.update(id, patch)
    return { ...field, ...patch }
  })
}

/** @throws DomainError not_found, also when it was deleted before */
export async function deleteField({ store }: FieldDeps, { project }: Project, id: string): Promise<void> {
  checkId(id, 'id')
  await store.tx(async (tx) => {
    const fields = await lockedFields(tx, project.id)
    if (!fields.some((one) => one.id === id && !one.deleted)) throw unknownField()
    await tx.customFields.update(id, { deleted: true })
  })
}

async function lockedFields(tx: Repositories, project: string): Promise<CustomField[]> {
  await tx.projects.lock(project)
  return tx.customFields.list(project)
}

function refuseTakenLabel(fields: readonly CustomField[], label: string): void {
  if (fields.some((field) => !field.deleted && field.label === label)) {
    throw invalid('label', 'A custom metadata field with this label already exists.')
  }
}

function refuseTooMany(fields: readonly CustomField[]): void {
  if (fields.filter(({ deleted }) => !deleted).length >= maxFields) {
    throw invalid('name', `A project has at most ${maxFields} custom metadata fields; delete one first.`)
  }
  if (fields.length >= maxFieldsEver) {
    throw invalid('name', `A project has at most ${maxFieldsEver} custom metadata fields, deleted ones included.`)
  }
}

const unknownField = () => new DomainError('not_found', 'No such custom metadata field exists.', { param: 'id' })
