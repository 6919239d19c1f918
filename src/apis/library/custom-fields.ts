/** Custom metadata fields (media-library-api.md section 10). */
import { z } from 'zod'
import { folderPath } from '../../core/assets/names.ts'
import { changeField, createField, deleteField, listFields } from '../../core/custom-fields/fields.ts'
import type { CustomField } from '../../core/custom-fields/records.ts'
import { invalid } from '../../core/errors.ts'
import { textMember } from '../../core/members.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { flag, parse, text } from './fields.ts'

/** A name is written into search queries, and is a member of objects. */
const name = textMember(1, 100)
  .refine((given) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(given), 'must not contain control characters')
  .refine((given) => given.trim() === given, 'must not begin or end with a blank')
  .refine((given) => given !== '__proto__', 'must not be __proto__')
const label = textMember(1, 200)
/** An empty one is none. */
const description = textMember(0, 500)

export const newFieldSchema = z.object({
  name,
  label,
  // Its own rules and messages: core/custom-fields/schema.ts.
  schema: z.unknown().optional(),
  description: description.nullish(),
})

export const fieldChangeSchema = z.object({
  label: label.optional(),
  schema: z.unknown().optional(),
  description: description.nullish(),
})

const listSchema = z.object({ includeDeleted: flag(false), folderPath: text(4000) })

/** Section 4.6. */
function fieldObject({ id, name, label, schema, description }: CustomField) {
  return { id, name, label, schema, ...(description === null ? {} : { description }) }
}

async function create({ api, caller, body, reply }: EndpointContext) {
  const given = parse(newFieldSchema, body)
  const field = await createField(api.deps, caller, { ...given, description: given.description || null })
  reply.code(201)
  return fieldObject(field)
}

async function list({ api, caller, query }: EndpointContext) {
  const { includeDeleted, folderPath: path } = parse(listSchema, query)
  // No path policies here: every field applies everywhere, whether the folder exists or not.
  if (path !== undefined) folderPath(path, 'folderPath')
  return (await listFields(api.deps, caller, { includeDeleted })).map(fieldObject)
}

async function change({ api, caller, params, body }: EndpointContext) {
  if (body.name !== undefined) throw invalid('name', 'Name cannot be updated.')
  const given = parse(fieldChangeSchema, body)
  const description = given.description === undefined ? undefined : given.description || null
  return fieldObject(await changeField(api.deps, caller, params.id ?? '', { ...given, description }))
}

async function remove({ api, caller, params }: EndpointContext) {
  await deleteField(api.deps, caller, params.id ?? '')
}

export const customFieldEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/v1/customMetadataFields',
    group: 'customMetadataFields',
    level: 'write',
    body: 'json',
    handle: create,
  },
  { method: 'GET', path: '/v1/customMetadataFields', group: 'customMetadataFields', level: 'read', handle: list },
  {
    method: 'PATCH',
    path: '/v1/customMetadataFields/:id',
    group: 'customMetadataFields',
    level: 'write',
    body: 'json',
    handle: change,
  },
  {
    method: 'DELETE',
    path: '/v1/customMetadataFields/:id',
    group: 'customMetadataFields',
    level: 'write',
    handle: remove,
  },
]
