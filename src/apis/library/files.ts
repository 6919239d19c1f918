/** One file by its id: shown, changed, deleted (media-library-api.md section 6). */
import { z } from 'zod'
import { areaOf } from '../../core/assets/coordinates.ts'
import { deleteFile } from '../../core/assets/delete.ts'
import { findFile } from '../../core/assets/find.ts'
import { cleanTags } from '../../core/assets/tags.ts'
import { updateFile } from '../../core/assets/update.ts'
import { resolveExtensions } from '../../core/extensions/saved.ts'
import { extensionsSchema } from '../../core/extensions/schema.ts'
import { statusOf } from '../../core/extensions/status.ts'
import { isTagged } from '../../core/scorings/asset.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { flag, nameList, parse, text } from './fields.ts'
import { fileObject, scoringDetails, urlEndpointOf } from './resource.ts'

async function details(context: EndpointContext) {
  const { api, caller, params } = context
  const file = await findFile(api.deps.store.read, caller, params.fileId ?? '')
  return { ...fileObject(file, urlEndpointOf(context)), ...(await scoringDetails(api.deps.store.read, file)) }
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
  const wanted = extensions && {
    extensions: await resolveExtensions(api.deps.store.read, caller, extensions),
    webhookUrl,
    runs: await api.deps.vision.detects(),
  }
  const file = await updateFile(api.deps, caller, params.fileId ?? '', {
    removeAiTags: removeAITags ?? undefined,
    tags: tags === undefined ? undefined : cleanTags(typeof tags === 'string' ? tags.split(',') : (tags ?? []), 'tags'),
    customCoordinates: customCoordinates ? areaOf(customCoordinates, 'customCoordinates') : nullOf(customCoordinates),
    description: description || nullOf(description),
    customMetadata: changes.customMetadata ?? undefined,
    extensions: wanted,
    publish: publish && { isPublished: publish.isPublished, includeVersions: publish.includeFileVersions },
  })
  const shown = fileObject(file, urlEndpointOf(context))
  if (wanted === undefined) return shown
  const how = { runs: isTagged(file, wanted), told: webhookUrl !== undefined }
  return { ...shown, extensionStatus: statusOf(wanted.extensions, how) }
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
