/** What webhooks hear of an upload besides the file itself (media-library-api.md sections 5.3, 5.4 and 13). */
import type { PlacedAsset } from '../../core/assets/records.ts'
import type { Caller } from '../../core/caller.ts'
import { enqueuePostTransforms } from '../../core/delivery/warm.ts'
import type { DomainError } from '../../core/errors.ts'
import type { Repositories } from '../../core/ports.ts'
import { runExtensions, type WantedExtensions } from '../../core/scorings/asset.ts'
import type { OpenContext } from './endpoint.ts'
import type { UploadAnswer } from './upload-answer.ts'
import type { UploadParams } from './upload-fields.ts'

/** Outside of any transaction: nothing was stored. */
export async function tellPreTransformFailed(
  { api }: OpenContext,
  { project, requestId }: Caller,
  { name, path, pre, error }: { name: string; path: string; pre: string; error: DomainError },
): Promise<void> {
  const { store, events } = api.deps
  await store.tx((tx) =>
    events.tell(tx, project, {
      type: 'upload.pre-transform.error',
      subject: path,
      data: () => ({ name, path, transformation: { error: { reason: error.message } } }),
      request: { x_request_id: requestId, transformation: pre },
    }),
  )
}

/** In the transaction that adds the file. */
export async function tellResults(
  { api }: OpenContext,
  caller: Caller,
  tx: Repositories,
  { transformation, wanted }: Pick<UploadParams, 'transformation'> & { wanted: WantedExtensions | undefined },
  asset: PlacedAsset,
  answer: UploadAnswer,
): Promise<void> {
  const { project, requestId } = caller
  const { events } = api.deps
  const { fileId, url, name, filePath: path } = answer
  if (transformation?.pre !== undefined) {
    await events.tell(tx, project, {
      type: 'upload.pre-transform.success',
      subject: fileId,
      data: () => answer,
      request: { x_request_id: requestId, transformation: transformation.pre },
    })
  }
  const { kind } = asset
  const usual = kind === 'image' ? project.settings.library.postTransformations : []
  const given = transformation?.post ?? (transformation === undefined ? usual.map(ofSettings) : [])
  const makeable = given.flatMap((item) => (item.type === 'transformation' && kind === 'image' ? item.value : []))
  await enqueuePostTransforms(tx, { asset, fileUrl: url, requestId }, makeable)
  for (const { type, ...rest } of given) {
    if (type === 'transformation' && kind === 'image') continue
    await events.tell(tx, project, {
      type: 'upload.post-transform.error',
      subject: fileId,
      data: () => ({ fileId, url, name, path, transformation: { error: { reason: noVideos } } }),
      request: { x_request_id: requestId, transformation: { type, ...rest } },
    })
  }
  if (wanted !== undefined) await runExtensions(api.deps, tx, caller, asset, wanted)
}

const ofSettings = (value: string) => ({ type: 'transformation', value }) as const

const noVideos = 'This server delivers videos as they are: it neither converts them nor takes pictures out of them.'
