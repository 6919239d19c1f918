/** Reading a blob file: small ones in one read, large ones in large chunks; a file shorter than announced is an error. */
import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { chunkBytes, takeChunk } from '../../core/blobs/chunks.ts'
import { DomainError } from '../../core/errors.ts'
import type { ByteRange } from '../../core/ports.ts'
import { checkRange } from './ranges.ts'
import { diskError, hasCode, noBlob } from './store-errors.ts'
import { streamOf, streamOfBuffer } from './streams.ts'

/** Up to here one read costs less than a stream, and the file is closed before the first byte is sent. */
const oneReadBytes = 1024 * 1024

/** @throws not_found, invalid (the range lies outside the bytes) */
export async function readDisk(path: string, range: ByteRange | undefined, signal?: AbortSignal): Promise<Readable> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    const { start, length } = checkRange(range, (await handle.stat()).size)
    if (length > oneReadBytes) return streamFile(handle, start, length, signal)
    const bytes = await readExactly(handle, start, Buffer.allocUnsafeSlow(length))
    await handle.close()
    return streamOfBuffer(bytes)
  } catch (error) {
    await handle?.close().catch(() => {})
    throw hasCode(error, 'ENOENT') ? noBlob(error) : diskError(error)
  }
}

function streamFile(handle: FileHandle, start: number, length: number, signal?: AbortSignal): Readable {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let done = 0; done < length; done += chunkBytes) {
      yield await readExactly(handle, start + done, takeChunk(Math.min(chunkBytes, length - done)))
    }
  }
  // close() waits for a read in progress.
  return streamOf(chunks(), () => handle.close().catch(() => {}), signal)
}

/** Fills `bytes`. */
async function readExactly(handle: FileHandle, start: number, bytes: Buffer): Promise<Buffer> {
  try {
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done)
      if (bytesRead === 0) throw new DomainError('internal', 'A stored file is shorter than it was.')
      done += bytesRead
    }
  } catch (error) {
    throw diskError(error)
  }
  return bytes
}
