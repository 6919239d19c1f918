/** Sources that sharp cannot read become lossless TIFFs in memory; then the one pipeline runs on them. */
import { DomainError } from '../../../core/errors.ts'
import { decoderOf, needsFallback } from './fallback/decoder.ts'
import { readMetadata, toHeader } from './header.ts'
import { checkSource } from './limits.ts'
import type { Context, Header } from './picture.ts'
import { bytesOf, ofSource } from './sources.ts'

const MiB = 1024 * 1024
/** The decoders' code and tables. */
const decoderBytes = 128 * MiB
/** Measured per pixel of the source, with the pipeline behind it: decoder, the TIFF on both sides, the encoder. */
const bytesPerPixel = 24

/** The same sources, those of the fallback decoders decoded. Waits for the memory they need. */
export async function decodeSources(context: Context): Promise<readonly Header[]> {
  const { sources } = context
  const encoded = sources.filter((header) => header.encoded !== undefined)
  if (encoded.length === 0) return sources
  await context.admit(encoded.reduce((sum, header) => sum + estimate(header), decoderBytes))
  const decoded: Header[] = []
  for (const [index, header] of sources.entries()) {
    decoded.push(header.encoded === undefined ? header : await ofSource(index, () => decode(header, context)))
  }
  return decoded
}

const estimate = ({ width, height, size }: Header) => width * height * bytesPerPixel + size * 2

async function decode(header: Header, { tolerant, limits }: Context): Promise<Header> {
  const { format, encoded = {}, pages = 1, size } = header
  if (!needsFallback(format)) throw new DomainError('internal', 'The image could not be processed.')
  const decoder = await decoderOf(format)
  const tiff = await decoder.decode(await bytesOf(header.input), format, encoded, tolerant)
  const { width, height, ...rest } = toHeader(tiff, 'tiff', size, await readMetadata(tiff, 'tiff'))
  const decoded: Header = { ...rest, width, height, format, frames: 1, pages }
  // A header may have announced less.
  checkSource(decoded, limits)
  return decoded
}
