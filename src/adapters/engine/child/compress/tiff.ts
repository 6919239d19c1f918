/** TIFF: deflate, and for photographs JPEG inside, which TIFF has allowed since 1995; pages stay. */
import type { TiffOptions } from 'sharp'
import type { CompressionLevel } from '../../../../core/processing/operations.ts'
import { atQuality, type CompressJob, type Compressor } from './job.ts'

const qualities = { recommended: 82, extreme: 60 }

export const compressTiff: Compressor = (job) => async (level) => {
  if (level === 'low') return { bytes: await write(job, level, { compression: 'deflate', predictor: 'horizontal' }) }
  // JPEG has neither transparency nor more than 8 bits, and palettes and line art are better off lossless.
  if (job.picture.alpha || job.header.deep || job.header.palette) return { bytes: undefined }
  return await atQuality(job, level, { from: qualities[level] }, (quality) =>
    write(job, level, { compression: 'jpeg', quality }),
  )
}

function write(job: CompressJob, level: CompressionLevel, options: TiffOptions): Promise<Buffer> {
  return job.image(level).tiff(options).toBuffer()
}
