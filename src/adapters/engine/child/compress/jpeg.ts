/**
 * JPEG: mozjpeg at a quality per level that never exceeds the source's own. Trellis quantisation saves a quarter of the
 * bytes and costs nine times the CPU of a plain encode: where somebody waits it is for small pictures only.
 */
import { readFile } from 'node:fs/promises'
import type { JpegOptions } from 'sharp'
import type { CompressionLevel } from '../../../../core/processing/operations.ts'
import { turnJpeg } from '../coefficients/turn-jpeg.ts'
import { readPrefix } from '../header.ts'
import { hasColourEdges } from './colour-edges.ts'
import { atQuality, type CompressJob, type Compressor, smallest } from './job.ts'
import { sourceQuality } from './source-quality.ts'

/** Up to so many pixels the slow encoder is used: where somebody waits, and where nobody does (about 160 ms of CPU per megapixel). */
const slowPixels = { interactive: 4_000_000, batch: 25_000_000 }
/** Up to here Huffman tables are made for the picture, which holds all of it in memory and saves 3 % of the bytes. */
const optimisedPixels = 25_000_000
/** The most of the source's bytes that a second lossy coding may take; less where the source is as coarse as the result. */
const worthwhile = { finer: 0.97, alike: 0.9 }

/** Of the standard's tables: what is left of grain changes fast from 68 on. */
const grainy = [60, 68, 72, 75, 77, 82, 88, 92, 95]

const qualities: Record<CompressionLevel, number> = { low: 88, recommended: 75, extreme: 52 }

export const compressJpeg: Compressor = (job) => {
  const { header } = job
  let facts: Promise<SourceFacts> | undefined
  return async (level) => {
    facts ??= factsOf(job)
    const { cap, colourful } = await facts
    // Half the colour resolution is invisible in photographs, but coloured text suffers.
    const full =
      header.format === 'jpg' && header.fullChroma && (level === 'low' || (level === 'recommended' && colourful))
    const again = header.format === 'jpg' ? worthwhile[cap > qualities[level] ? 'finer' : 'alike'] : undefined
    const write = (tables: Tables) => (quality: number) =>
      job
        .image(level)
        .jpeg(jpegOptions(job, quality, full ? '4:4:4' : '4:2:0', tables))
        .toBuffer()
    const wanted = { from: qualities[level], cap, again }
    const tuned = await atQuality(job, level, { ...wanted, encodes: 1 }, write('tuned'))
    const lossy =
      tuned.failed === true ? await atQuality(job, level, { ...wanted, rungs: grainy }, write('standard')) : tuned
    // The other levels get it from `low`, unless their own result is far smaller.
    return level === 'low' && header.format === 'jpg' ? { bytes: smallest(lossy.bytes, await lossless(job)) } : lossy
  }
}

/** The same coefficients with Huffman tables of their own and without metadata; what one compressed before loses nothing. */
async function lossless({ header, pixels, turn }: CompressJob): Promise<Buffer | undefined> {
  if (turn === undefined || pixels > optimisedPixels || header.cmyk) return undefined
  return turnJpeg(typeof header.input === 'string' ? await readFile(header.input) : header.input, turn)
}

/**
 * `tuned`: mozjpeg's, which save where the eye overlooks it. `standard`: the JPEG standard's own, which keep the grain of a
 * sensor at fewer bytes than a higher quality of the others would.
 */
type Tables = 'tuned' | 'standard'

interface SourceFacts {
  /** Quality not to exceed. */
  cap: number
  /** Has sharp edges between colours. */
  colourful: boolean
}

async function factsOf(job: CompressJob): Promise<SourceFacts> {
  const { header } = job
  if (header.format !== 'jpg') return { cap: 100, colourful: false }
  const cap = sourceQuality(await readPrefix(header.input)) ?? 100
  return { cap, colourful: header.fullChroma && hasColourEdges(await job.raster()) }
}

function jpegOptions(
  { pixels, patient }: CompressJob,
  quality: number,
  chromaSubsampling: string,
  tables: Tables,
): JpegOptions {
  const optimiseCoding = pixels <= optimisedPixels
  if (tables === 'standard') return { quality, chromaSubsampling, quantisationTable: 0, optimiseCoding }
  const slow = pixels <= slowPixels[patient ? 'batch' : 'interactive']
  if (slow) return { quality, chromaSubsampling, mozjpeg: true }
  // The same quantisation tables, so that a quality means the same.
  return { quality, chromaSubsampling, quantisationTable: 3, optimiseCoding }
}
