/**
 * One upload: a single PUT when everything fits into one part, else a multipart upload. Our own small loop rather than
 * the SDK's: it answers only when an aborted upload's parts are gone, and asks the store after an ambiguous failure.
 */
import type { Readable } from 'node:stream'
import type { BlobFacts } from '../../core/blobs/records.ts'
import { drain } from './drain.ts'
import { type S3, s3Error } from './s3-client.ts'
import { unavailable } from './store-errors.ts'

/** S3's least size of a part; two of them are in memory per upload, 10,000 of them are the largest blob (50 GB). */
export const partBytes = 5 * 1024 * 1024
/** Cleaning up and asking again must not take as long as the failed upload did. */
const afterwardsMs = 10_000

export interface UploadOptions {
  maxBytes?: number | undefined
  signal?: AbortSignal | undefined
  /** Refuses what was read, before it becomes visible. */
  accept?: (facts: BlobFacts) => void
}

/** Resolves when the object is complete; on failure neither object nor parts stay behind. */
export async function upload(s3: S3, key: string, source: Readable, options: UploadOptions): Promise<BlobFacts> {
  const { signal, maxBytes, accept } = options
  const parts = openParts(s3, key, signal)
  try {
    const facts = await drain(source, { batchBytes: partBytes, maxBytes, signal, write: parts.write })
    accept?.(facts)
    await parts.finish(facts.size)
    return facts
  } catch (error) {
    await parts.abandon()
    throw s3Error(error, signal)
  }
}

function openParts({ bucket, client, sdk }: S3, key: string, signal: AbortSignal | undefined) {
  const target = { Bucket: bucket, Key: key }
  const abortable = signal === undefined ? {} : { abortSignal: signal }
  const shortly = () => ({ abortSignal: AbortSignal.timeout(afterwardsMs) })
  const done: { PartNumber: number; ETag: string | undefined }[] = []
  let uploadId: string | undefined
  /** The store may have started an upload without our getting its id. */
  let strays = false
  /** The only batch of a small blob: held back until everything is known to be in order. */
  let small: Buffer | undefined
  let visible = false

  async function start(): Promise<string> {
    // Not aborted with the upload: without the answer nobody could remove it.
    strays = true
    const { UploadId, $metadata } = await client.send(new sdk.CreateMultipartUploadCommand(target))
    if (UploadId === undefined) throw unavailable('the answer has no upload id')
    strays = $metadata.attempts !== 1
    return UploadId
  }
  async function removeUploads(): Promise<void> {
    const command = new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key })
    const { Uploads = [] } = await client.send(command, shortly())
    for (const { UploadId } of Uploads) {
      await client.send(new sdk.AbortMultipartUploadCommand({ ...target, UploadId }), shortly()).catch(() => {})
    }
  }
  /** An error may come after success: a store that has the bytes has answered. Keys are never used twice. */
  async function confirm(size: number, error: unknown): Promise<void> {
    if (signal?.aborted) throw error
    const found = await client.send(new sdk.HeadObjectCommand(target), shortly()).catch(() => undefined)
    if (found?.ContentLength !== size) throw error
  }

  return {
    async write(chunks: Buffer[], bytes: number): Promise<void> {
      const body = Buffer.concat(chunks, bytes)
      // The body holds the bytes now; the caller's array would keep them a second time while they travel.
      chunks.length = 0
      if (uploadId === undefined && bytes < partBytes) {
        small = body
        return
      }
      uploadId ??= await start()
      const PartNumber = done.length + 1
      const part = { ...target, UploadId: uploadId, PartNumber, Body: body }
      const { ETag } = await client.send(new sdk.UploadPartCommand(part), abortable)
      done.push({ PartNumber, ETag })
    },

    async finish(size: number): Promise<void> {
      visible = true
      const sent =
        uploadId === undefined
          ? client.send(new sdk.PutObjectCommand({ ...target, Body: small ?? Buffer.alloc(0) }), abortable)
          : client.send(
              new sdk.CompleteMultipartUploadCommand({
                ...target,
                UploadId: uploadId,
                MultipartUpload: { Parts: done },
              }),
              abortable,
            )
      await sent.catch((error: unknown) => confirm(size, error))
      if (strays) await removeUploads().catch(() => {})
    },

    /** Best effort: what the store does not let us remove now, the daily sweep and `reconcile` find. */
    async abandon(): Promise<void> {
      const removals: Promise<unknown>[] = []
      if (uploadId !== undefined) {
        const abort = new sdk.AbortMultipartUploadCommand({ ...target, UploadId: uploadId })
        removals.push(client.send(abort, shortly()))
      }
      if (strays) removals.push(removeUploads())
      if (visible) removals.push(client.send(new sdk.DeleteObjectCommand(target), shortly()))
      await Promise.allSettled(removals)
    },
  }
}

/** Aborts our uploads that a crash left open for more than a day. */
export async function sweepUploads({ bucket, client, sdk }: S3, isOurs: (key: string) => boolean): Promise<void> {
  const oldest = Date.now() - 24 * 60 * 60 * 1000
  const { Uploads = [] } = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket }))
  for (const { Key, UploadId, Initiated } of Uploads) {
    if (Key === undefined || !isOurs(Key) || Initiated === undefined || Initiated.getTime() > oldest) continue
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId })).catch(() => {})
  }
}
