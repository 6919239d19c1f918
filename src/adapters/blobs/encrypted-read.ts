/** The decrypting half of encrypted blobs: whole files and ranges. Nothing is given before it is authenticated. */
import type { Readable } from 'node:stream'
import type { BlobStore, ByteRange } from '../../core/ports.ts'
import { type Batches, createBatches } from './batch.ts'
import { damaged, headerBytes, plainSize, type Segments, sealedSegmentBytes, segmentBytes } from './encrypted-format.ts'
import { checkRange } from './ranges.ts'
import { noBlob } from './store-errors.ts'
import { streamOf } from './streams.ts'

/** The header's segments. @throws when the key is not the file's */
type OpenHeader = (header: Buffer) => Segments

/** The content from its first byte. Resolves when the key has proved right. */
export async function readWhole(
  blobs: BlobStore,
  key: string,
  openHeader: OpenHeader,
  signal: AbortSignal | undefined,
): Promise<Readable> {
  const source = await blobs.get(key, signal === undefined ? {} : { signal })
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  try {
    const { header, rest } = await takeHeader(chunks)
    const batches = createBatches(sealedSegmentBytes)
    batches.add(rest)
    const plain = openSegments(chunks, batches, openHeader(header), { first: 0, endsFile: true })
    return streamOf(plain, () => source.destroy(), signal)
  } catch (error) {
    source.destroy()
    throw error
  }
}

/** One range of the content: only the segments it touches are read. @throws not_found, invalid (outside the content) */
export async function readRange(
  blobs: BlobStore,
  key: string,
  openHeader: OpenHeader,
  range: ByteRange,
  signal: AbortSignal | undefined,
): Promise<Readable> {
  const options = signal === undefined ? {} : { signal }
  const stored = await blobs.stat(key)
  if (stored === undefined) throw noBlob(undefined)
  const { start, length } = checkRange(range, plainSize(stored.size))
  const first = Math.floor(start / segmentBytes)
  const after = Math.floor((start + length - 1) / segmentBytes) + 1
  const from = headerBytes + first * sealedSegmentBytes
  const to = Math.min(stored.size, headerBytes + after * sealedSegmentBytes)
  const head = await blobs.get(key, { ...options, range: { start: 0, end: headerBytes - 1 } })
  const { header } = await takeHeader(head[Symbol.asyncIterator]() as AsyncIterator<Buffer>)
  head.destroy()
  const segments = openHeader(header)
  const source = await blobs.get(key, { ...options, range: { start: from, end: to - 1 } })
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const plain = openSegments(chunks, createBatches(sealedSegmentBytes), segments, {
    first,
    endsFile: to === stored.size,
  })
  return streamOf(cut(plain, start - first * segmentBytes, length), () => source.destroy(), signal)
}

async function takeHeader(chunks: AsyncIterator<Buffer>): Promise<{ header: Buffer; rest: Buffer }> {
  let bytes: Buffer = Buffer.alloc(0)
  while (bytes.length < headerBytes) {
    const step = await chunks.next()
    if (step.done) throw damaged()
    bytes = bytes.length === 0 ? step.value : Buffer.concat([bytes, step.value])
  }
  return { header: bytes.subarray(0, headerBytes), rest: bytes.subarray(headerBytes) }
}

/** Segments are the last ones when the bytes end after them; so a file cut off between two of them does not open. */
async function* openSegments(
  chunks: AsyncIterator<Buffer>,
  batches: Batches,
  segments: Segments,
  { first, endsFile }: { first: number; endsFile: boolean },
): AsyncGenerator<Buffer> {
  for (let index = first, ended = false; !ended; index += 1) {
    while (!ended && batches.bytes <= sealedSegmentBytes) {
      const step = await chunks.next()
      if (step.done) ended = true
      else batches.add(step.value)
    }
    const plain = segments.open(index, ended && endsFile, batches.take().chunks)
    if (plain.length > 0) yield plain
    else if (index > 0) throw damaged()
  }
}

/** `length` bytes after the first `skip`. */
async function* cut(plain: AsyncGenerator<Buffer>, skip: number, length: number): AsyncGenerator<Buffer> {
  let from = skip
  let left = length
  for await (const bytes of plain) {
    const part = bytes.subarray(from, from + left)
    from = 0
    left -= part.length
    if (part.length > 0) yield part
  }
}
