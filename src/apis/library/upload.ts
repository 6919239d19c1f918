/** `POST /api/v1/files/upload` and `/api/v2/files/upload` (media-library-api.md sections 5.1 and 5.2). */
import { type Content, contentOf } from '../../core/assets/content.ts'
import { type PreTransformation, preTransform, readPre } from '../../core/assets/pre-transform.ts'
import { type Asset, filePathOf, type PlacedAsset } from '../../core/assets/records.ts'
import { passesChecks } from '../../core/assets/search/checks.ts'
import { addAsset } from '../../core/assets/upload.ts'
import type { StoredBytes } from '../../core/blobs/stored.ts'
import type { Caller } from '../../core/caller.ts'
import { checkCustomMetadata } from '../../core/custom-fields/validate.ts'
import { invalid } from '../../core/errors.ts'
import { resolveExtensions } from '../../core/extensions/saved.ts'
import type { WantedExtensions } from '../../core/scorings/asset.ts'
import { readBody } from '../../http/body.ts'
import type { OpenContext, OpenEndpoint, Opened } from './endpoint.ts'
import { urlEndpointOf } from './resource.ts'
import { checkTransformable, projectTransformation } from './transformation.ts'
import { uploadAnswer } from './upload-answer.ts'
import { tellPreTransformFailed, tellResults } from './upload-events.ts'
import { readUploadFields, type UploadParams } from './upload-fields.ts'
import { isOfTheFile, receiveFile, type UploadFile } from './upload-file.ts'
import { bySignature, byToken, openIdentity, uploadScope } from './upload-identity.ts'

const open =
  (scheme: typeof bySignature) =>
  async (context: OpenContext): Promise<Opened> => {
    const { api, request } = context
    const identity = await openIdentity(context, scheme)
    const file = receiveFile(api.deps, identity)
    try {
      const body = await readBody(request.raw, api.bodyLimits, file.take, 'file')
      const caller = await identity.settle(body)
      await file.takeText(body.file)
      return { caller, handle: () => upload(context, caller, body, file), close: file.discard }
    } catch (error) {
      await file.discard()
      throw error
    }
  }

async function upload(context: OpenContext, caller: Caller, body: Record<string, unknown>, file: UploadFile) {
  const { deps } = context.api
  file.require()
  const given = readUploadFields(body, deps.fetcher)
  const wanted = await wantedExtensions(context, caller, given)
  const customMetadata = await metadataRule(context, caller, given)
  const own = given.transformation?.pre
  const pre = own === undefined ? undefined : await readPre(deps.store.read, caller, own)
  const received = await file.stored(caller)
  const { stored, content, params } = await prepare(context, caller, given, { received, file, pre })
  // Deleted by addAsset when it fails.
  file.handOver()
  const endpoint = urlEndpointOf({ ...context, caller })
  const answerOf = (added: PlacedAsset) => uploadAnswer({ asset: added, content, endpoint, wanted, ...params })
  const asset = await addAsset(deps, caller, {
    folder: params.folder,
    name: params.fileName,
    unique: params.useUniqueFileName,
    overwrite: params.overwriteFile,
    stored,
    content,
    tags: params.tags,
    keepsTags: !params.overwriteTags,
    keepsAiTags: !params.overwriteAITags,
    customMetadata,
    isPrivate: params.isPrivateFile,
    isPublished: params.isPublished,
    customCoordinates: content.kind === 'image' ? params.customCoordinates : null,
    description: params.description,
    createdBy: caller.key.label,
    also: (tx, added) => tellResults(context, caller, tx, { ...params, wanted }, added, answerOf(added)),
  })
  return answerOf(asset)
}

async function wantedExtensions(
  { api: { deps } }: OpenContext,
  caller: Caller,
  { extensions: given, webhookUrl }: UploadParams,
): Promise<WantedExtensions | undefined> {
  if (given === undefined) return undefined
  const extensions = await resolveExtensions(deps.store.read, caller, given)
  return { extensions, webhookUrl, runs: await deps.vision.detects() }
}

/** Section 5.1: "request wins", else a further version has the last one's or loses them, as the request says. */
async function metadataRule({ api }: OpenContext, { project }: Caller, params: UploadParams) {
  const fields = await api.deps.store.read.customFields.list(project.id)
  const fresh = () => checkCustomMetadata(fields, params.customMetadata, { isNew: true })
  if (params.customMetadata !== undefined) {
    const checked = fresh()
    return () => checked
  }
  return (before: Asset | undefined) =>
    before !== undefined && !params.overwriteCustomMetadata ? before.customMetadata : fresh()
}

/**
 * Looks at the bytes, holds them against the request's checks, and applies `transformation.pre`. The params come back with
 * the project's transformations where the request has none.
 */
async function prepare(
  context: OpenContext,
  caller: Caller,
  given: UploadParams,
  { received, file, pre: own }: { received: StoredBytes; file: UploadFile; pre: PreTransformation | undefined },
): Promise<{ stored: StoredBytes; content: Content; params: UploadParams }> {
  const { deps } = context.api
  const content = await contentOf(deps, caller, received, given.fileName)
  checkFile(given, received, content)
  if (given.transformation !== undefined) checkTransformable(given.transformation, content)
  const transformation = given.transformation ?? projectTransformation(caller.project.settings.library, content)
  const params = { ...given, transformation }
  const text = transformation.pre
  const pre = own ?? (text === undefined ? undefined : await readPre(deps.store.read, caller, text))
  if (pre === undefined) return { stored: received, content, params }
  try {
    const stored = await preTransform(deps, caller, received, content, pre)
    file.replace(stored)
    return { stored, content: await contentOf(deps, caller, stored, params.fileName), params }
  } catch (error) {
    if (!isOfTheFile(error)) throw error
    const path = filePathOf({ folderPath: params.folder, name: params.fileName })
    await tellPreTransformFailed(context, caller, { name: params.fileName, path, pre: pre.text, error })
    throw invalid('transformation.pre', `The file could not be transformed: ${error.message}`)
  }
}

/** "Evaluated before storing; false = 400." */
function checkFile({ checks, folder }: UploadParams, { size }: StoredBytes, content: Content): void {
  if (checks === undefined) return
  const facts = {
    'request.folder': folder || '/',
    'file.size': size,
    'file.mime': content.mime,
    'mediaMetadata.width': content.width,
    'mediaMetadata.height': content.height,
    'mediaMetadata.duration': content.video?.duration ?? null,
  }
  if (!passesChecks(checks, facts)) throw invalid('checks', "Your request failed 'checks' validation.")
}

export const uploadEndpoints: OpenEndpoint[] = [
  { method: 'POST', path: '/api/v1/files/upload', ...uploadScope, open: open(bySignature) },
  { method: 'POST', path: '/api/v2/files/upload', ...uploadScope, open: open(byToken) },
]
