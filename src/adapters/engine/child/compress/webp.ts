/** WebP: lossy at a quality per level; what was lossless stays lossless where that is smaller. Animations too. */
import type { WebpOptions } from 'sharp'
import type { CompressionLevel } from '../../../../core/processing/operations.ts'
import { readPrefix } from '../header.ts'
import { atQuality, type CompressJob, type Compressor, smallest } from './job.ts'

const qualities: Record<CompressionLevel, number> = { low: 88, recommended: 72, extreme: 50 }
const slowPixels = { interactive: 4_000_000, batch: 40_000_000 }
/** Up to here lossless is tried: about 1 s of CPU per megapixel. */
const losslessPixels = { interactive: 8_000_000, batch: 25_000_000 }
/** The most of a lossy source's bytes that coding it a second time may take. */
const worthwhile = 0.95

export const compressWebp: Compressor = (job) => async (level) => {
  const { picture, header } = job
  const lane = job.patient ? 'batch' : 'interactive'
  const timing = picture.frames > 1 ? { delay: [...picture.delay], loop: picture.loop } : {}
  const write = (options: WebpOptions) =>
    job
      .image(level)
      .webp({ ...options, ...timing })
      .toBuffer()
  const effort = job.pixels <= slowPixels[lane] ? 4 : 2
  const wasLossless = await isLossless(job)
  const again = header.format === 'webp' && !wasLossless ? worthwhile : undefined
  const lossy = await atQuality(job, level, { from: qualities[level], again }, (quality) => write({ quality, effort }))
  // The other levels get it from `low`, unless their own result is far smaller.
  const exact = level === 'low' && wasLossless && job.pixels <= losslessPixels[lane]
  return exact ? { bytes: smallest(lossy.bytes, await write({ lossless: true, effort: 4 })) } : lossy
}

/** The first picture chunk says it; a transparent lossy picture and an animation may have other chunks before. */
async function isLossless({ header }: CompressJob): Promise<boolean> {
  if (header.format !== 'webp') return false
  const head = await readPrefix(header.input)
  for (let at = 12; at + 8 <= head.length; ) {
    const name = head.toString('latin1', at, at + 4)
    if (name === 'VP8L') return true
    if (name === 'VP8 ') return false
    // Into the first frame of an animation, behind its own header.
    at += name === 'ANMF' ? 24 : 8 + head.readUInt32LE(at + 4) + (head.readUInt32LE(at + 4) % 2)
  }
  return false
}
