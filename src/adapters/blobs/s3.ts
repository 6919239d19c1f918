/** Blobs as objects of an S3-compatible store; the data folder holds only work files and local copies. */
import { randomBytes } from 'node:crypto'
import { constants, createWriteStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { BlobFacts } from '../../core/blobs/records.ts'
import { DomainError } from '../../core/errors.ts'
import type { BlobStore } from '../../core/ports.ts'
import { cancelled, quiet } from './drain.ts'
import { checkPrefix, isKey, parseKey } from './keys.ts'
import { createLocalCopies } from './local-copies.ts'
import { openS3, type S3, type S3Options, s3Error } from './s3-client.ts'
import { readS3 } from './s3-read.ts'
import { sweepUploads, upload } from './s3-upload.ts'
import { diskError, unavailable } from './store-errors.ts'
import { openWorkFolder, sweepStale } from './work-folder.ts'

export interface S3BlobsOptions extends S3Options {
  /** The data folder, for work files and local copies. */
  root: string
  /** Cap of the local copies; those in use may exceed it. */
  cacheBytes: number
}

const pingMs = 3000

/** Connects at the first call. Throws `unavailable` when the data folder cannot be used. */
export function createS3Blobs(options: S3BlobsOptions): BlobStore {
  const work = prepare(resolve(options.root, 'work'))
  const cache = resolve(options.root, 'cache')
  const swept = Promise.all([work.swept, sweepStale(cache)])
  let opening: Promise<S3> | undefined
  const connect = () => {
    opening ??= openS3(options).then((s3) => {
      sweepUploads(s3, isKey).catch(() => {})
      return s3
    })
    return opening
  }
  // Several processes may share the data folder, each keeping its own cap.
  const folder = join(cache, randomBytes(8).toString('hex'))
  const copies = createLocalCopies({ folder, capBytes: options.cacheBytes, download })

  async function download(key: string, path: string, signal: AbortSignal): Promise<number> {
    try {
      const { stream, length } = await readS3(await connect(), key, undefined, signal)
      const file = createWriteStream(path, { flags: 'wx', mode: 0o600 })
      await pipeline(stream, file)
      if (file.bytesWritten !== length) throw unavailable(`${file.bytesWritten} bytes instead of ${length}`)
      return length
    } catch (error) {
      await rm(path, { force: true }).catch(() => {})
      throw signal.aborted ? cancelled(signal) : diskError(error)
    }
  }

  return {
    encryption: null,

    async put(key, source, { maxBytes, signal } = {}) {
      quiet(source)
      parseKey(key)
      return await upload(await connect(), key, source, { maxBytes, signal })
    },

    async get(key, { range, signal } = {}) {
      parseKey(key)
      return (await readS3(await connect(), key, range, signal)).stream
    },

    async stat(key) {
      parseKey(key)
      const { client, sdk, bucket } = await connect()
      try {
        const { ContentLength } = await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }))
        return { size: ContentLength ?? 0 }
      } catch (error) {
        const mapped = s3Error(error)
        if (mapped.code === 'not_found') return undefined
        throw mapped
      }
    },

    async delete(key) {
      parseKey(key)
      copies.drop(key)
      const { client, sdk, bucket } = await connect()
      try {
        await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }))
      } catch (error) {
        const mapped = s3Error(error)
        if (mapped.code !== 'not_found') throw mapped
      }
    },

    async *list(prefix) {
      checkPrefix(prefix)
      yield* list(await connect(), prefix)
    },

    async localFile(key, signal) {
      parseKey(key)
      return await copies.take(key, signal)
    },

    workFile: () => work.file(),

    async adopt(path, key, facts) {
      parseKey(key)
      work.check(path)
      try {
        await uploadFile(await connect(), path, key, facts)
      } catch (error) {
        throw diskError(error)
      } finally {
        await rm(path, { force: true }).catch(() => {})
      }
    },

    async ping() {
      const { client, sdk, bucket } = await connect()
      const abortSignal = AbortSignal.timeout(pingMs)
      await client.send(new sdk.HeadBucketCommand({ Bucket: bucket }), { abortSignal }).catch((error: unknown) => {
        throw unavailable(s3Error(error).cause)
      })
    },

    async close() {
      await swept
      await copies.close()
      const s3 = await opening?.catch(() => undefined)
      s3?.client.destroy()
    },
  }
}

function prepare(folder: string) {
  try {
    return openWorkFolder(folder)
  } catch (error) {
    throw diskError(error)
  }
}

/** Uploads a file that an engine child wrote, if it is what its facts say. Links are not followed. */
async function uploadFile(s3: S3, path: string, key: string, facts: BlobFacts): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  const accept = ({ size, sha256 }: BlobFacts) => {
    if (size !== facts.size || sha256 !== facts.sha256) {
      throw new DomainError('internal', `A work file has ${size} bytes that differ from what was written.`)
    }
  }
  const source = handle.createReadStream({ highWaterMark: 1024 * 1024 })
  try {
    await upload(s3, key, source, { accept, maxBytes: facts.size })
  } finally {
    source.destroy()
  }
}

/** In key order, a page at a time. Objects that are not ours are skipped. */
async function* list({ client, sdk, bucket }: S3, prefix: string) {
  let after: string | undefined
  for (;;) {
    // By the last key and not by a token: a listing may take hours, tokens need not live that long.
    const from = after === undefined ? {} : { StartAfter: after }
    const page = await client
      .send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...from }))
      .catch((error: unknown) => {
        throw s3Error(error)
      })
    for (const { Key, Size = 0, LastModified } of page.Contents ?? []) {
      if (Key === undefined) continue
      after = Key
      if (isKey(Key)) yield { key: Key, size: Size, modified: LastModified?.getTime() ?? 0 }
    }
    if (page.IsTruncated !== true) return
  }
}
