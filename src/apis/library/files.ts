/** One file by its id: shown, changed, deleted (media-library-api.md section 6). */
import { z } from 'zod'
import { areaOf } from '../../core/assets/coordinates.ts'
import { deleteFile } from '../../core/assets/delete.ts'
import { findFile } from '../../core/assets/find.ts'
import { cleanTags } from '../../core/assets/tags.ts'
import { updateFile } from '../../core/assets/update.ts'
import { requireSavedExtensions } from '../../core/extensions/saved.ts'
import { extensionsSchema } from '../../core/extensions/schema.ts'
import { statusOf } from '../../core/extensions/status.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { flag, nameList, parse, text } from './fields.ts'
import { fileObject, urlEndpointOf } from './resource.ts'

async function details(context: EndpointContext) {
  const { api, caller, params } = context
  return fileObject(await findFile(api.deps.store.read, caller, params.fileId ?? ''), urlEndpointOf(context))
}

/** Absent and null are two things here: null clears. */
export const changesSchema = z.object({
  removeAITags: z.union([z.literal('all'), nameList], 'must be an array of names, or "all"').nullish(),
  tags: z.union([nameList, z.string()], 'must be an array of texts, or null').nullish(),
  customCoordinates: z.string('must be a text, or null').max(100, 'must be x,y,width,height').nullish(),
  description: z
    .string('must be a text')
    .max(10_000, 'must have at most 10000 characters')
    .refine((value) => !value.includes('\0'), 'must not contain a zero byte')
    .nullish(),
  customMetadata: z.record(z.string(), z.unknown(), 'must be an object').nullish(),
  extensions: extensionsSchema.nullish(),
  webhookUrl: text(2000),
  publish: z
    .object(
      { isPublished: z.boolean('must be true or false'), includeFileVersions: flag(false) },
      'must be an object with isPublished',
    )
    .optional(),
})

async function update(context: EndpointContext) {
  const { api, caller, params, body } = context
  const changes = parse(changesSchema, body)
  const { removeAITags, tags, customCoordinates, description, publish, webhookUrl } = changes
  const extensions = changes.extensions ?? undefined
  if (webhookUrl !== undefined) api.deps.fetcher.check(webhookUrl)
  if (extensions !== undefined) await requireSavedExtensions(api.deps.store.read, caller, extensions)
  const file = await updateFile(api.deps, caller, params.fileId ?? '', {
    removeAiTags: removeAITags ?? undefined,
    tags: tags === undefined ? undefined : cleanTags(typeof tags === 'string' ? tags.split(',') : (tags ?? []), 'tags'),
    customCoordinates: customCoordinates ? areaOf(customCoordinates, 'customCoordinates') : nullOf(customCoordinates),
    description: description || nullOf(description),
    customMetadata: changes.customMetadata ?? undefined,
    extensions,
    webhookUrl,
    publish: publish && { isPublished: publish.isPublished, includeVersions: publish.includeFileVersions },
  })
  const shown = fileObject(file, urlEndpointOf(context))
  if (extensions === undefined) return shown
  return { ...shown, extensionStatus: statusOf(extensions, webhookUrl !== undefined) }
}

/** `""` clears as null does. */
const nullOf = (value: string | null | undefined) => (value === undefined ? undefined : null)

async function remove({ api, caller, params }: EndpointContext) {
  await deleteFile(api.deps, caller, params.fileId ?? '')
}

export const fileEndpoints: Endpoint[] = [
  { method: 'GET', path: '/v1/files/:fileId/details', group: 'files', level: 'read', handle: details },
  { method: 'PATCH', path: '/v1/files/:fileId/details', group: 'files', level: 'write', body: 'json', handle: update },
  { method: 'DELETE', path: '/v1/files/:fileId', group: 'files', level: 'write', handle: remove },
]
