/**
 * AVIF. Effort 3 gives a fifth fewer bytes than 2 at 1.4 times its CPU (0.5 s per megapixel); 4, where nobody waits,
 * another 5 % at four times.
 */
import type { AvifOptions } from 'sharp'
import type { CompressionLevel } from '../../../../core/processing/operations.ts'
import { atQuality, type CompressJob, type Compressor } from './job.ts'

const qualities: Record<CompressionLevel, number> = { low: 62, recommended: 48, extreme: 33 }
/** Most pixels per effort, from the highest: one file has a minute, and may need a second encode. */
const efforts = {
  interactive: [
    [3, 8_000_000],
    [2, 12_000_000],
    [0, Number.POSITIVE_INFINITY],
  ],
  batch: [
    [4, 4_000_000],
    [3, 12_000_000],
    [2, 16_000_000],
    [0, Number.POSITIVE_INFINITY],
  ],
} as const
/** The most of an AVIF's bytes that coding it a second time may take. */
const worthwhile = 0.95

export const compressAvif: Compressor = (job) => (level) =>
  atQuality(
    job,
    level,
    { from: qualities[level], again: job.header.format === 'avif' ? worthwhile : undefined },
    (quality) =>
      job
        .image(level)
        .avif(avifOptions(job, level, quality))
        .toBuffer(),
  )

function avifOptions({ pixels, patient }: CompressJob, level: CompressionLevel, quality: number): AvifOptions {
  const effort = efforts[patient ? 'batch' : 'interactive'].find(([, most]) => pixels <= most)?.[0] ?? 0
  return { quality, effort, chromaSubsampling: level === 'low' ? '4:4:4' : '4:2:0' }
}
