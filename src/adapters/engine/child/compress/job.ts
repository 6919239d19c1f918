/** What the compressors of the formats share: the picture to write, the levels, and the guard that looks at results. */
import sharp, { type Region, type Sharp } from 'sharp'
import type { CompressionLevel } from '../../../../core/processing/operations.ts'
import type { Context, Header, Picture, Turn } from '../picture.ts'
import { onlyTurn } from '../steps/lossless-turn.ts'
import { type Raster, similarity, strayed, toRaster } from './similarity.ts'

/** The least SSIM of a lossy result against its source, per level. */
export const floors: Record<CompressionLevel, number> = { low: 0.985, recommended: 0.95, extreme: 0.88 }

/** Up to here the guard compares all of a picture; of a larger one bands, at full resolution: scaled down, grain would not count. */
const guardPixels = 4_000_000
const guardBands = 3

export interface CompressJob {
  picture: Picture
  header: Header
  /** Pixels over all frames. */
  pixels: number
  /** Nobody waits for the result: slow encoders may take their time. */
  patient: boolean
  /** From the stored pixels to the upright result; undefined when more was done than turning. */
  turn: Turn | undefined
  /** A fresh pipeline to the picture, in the colours in which the level writes it. */
  image(level: CompressionLevel): Sharp
  /** The picture's colours, of its first frame, scaled down when it is large. */
  raster(): Promise<Raster>
  /** How an encoded result looks against the picture; with `colour` the worst of red, green and blue counts. */
  judge(bytes: Buffer, colour?: boolean): Promise<Verdict>
}

export interface Verdict {
  /** SSIM. */
  alike: number
  /** Share of places whose colour is another one; with `colour` only, else of their luma. */
  strayed: number
}

/** The best file of one level alone. */
export interface Attempt {
  /** Undefined: none that the guard lets pass. */
  bytes: Buffer | undefined
  /** Gentler levels cannot be smaller. */
  sure?: boolean
  /** The guard let none of the encodes pass. */
  failed?: boolean
}

/** Makes the files of one job, level by level. */
export type Compressor = (job: CompressJob) => (level: CompressionLevel) => Promise<Attempt>

export function createJob(
  picture: Picture,
  { sources, order, limits }: Pick<Context, 'sources' | 'order' | 'limits'>,
  image: CompressJob['image'],
): CompressJob {
  const header = sources[0]
  if (header === undefined) throw new Error('a job without a source')
  const references = new Map<boolean, Promise<Raster[]>>()
  const frames = sampledFrames(picture)
  const bands = bandsOf(picture)
  const open = (input: Header['input'], page: number) =>
    sharp(input, { limitInputPixels: limits.framePixels, failOn: 'none', ...(picture.frames > 1 ? { page } : {}) })

  /** A stack of frames is judged by frames of the source; they have the picture's sides unless it was edited. */
  async function render(input: Header['input'] | undefined, colour: boolean): Promise<Raster[]> {
    const rasters: Raster[] = []
    for (const frame of frames) {
      const whole = input === undefined && picture.frames === 1
      const source = whole ? image('recommended') : open(input ?? header?.input ?? '', frame)
      const transparent = picture.alpha || picture.frames > 1 || input !== undefined
      for (const band of bands) {
        const part = band === undefined ? source : source.clone().extract(band)
        rasters.push(await toRaster(part, colour, transparent))
      }
    }
    return rasters
  }

  return {
    picture,
    header,
    pixels: picture.width * picture.height * picture.frames,
    patient: order.lane === 'batch',
    turn: onlyTurn(header, order),
    image,
    raster: () => toRaster(scaled(image('recommended'), picture), true, picture.alpha),
    async judge(bytes, colour = false) {
      if (picture.frames > 1 && picture.edited) return { alike: 1, strayed: 0 }
      const reference = references.get(colour) ?? render(undefined, colour)
      references.set(colour, reference)
      const [source, result] = [await reference, await render(bytes, colour)]
      if (result.length !== source.length) return { alike: 0, strayed: 1 }
      const both = source.flatMap((raster, at): [Raster, Raster][] => (result[at] ? [[raster, result[at]]] : []))
      const alike = both.map(([one, other]) => similarity(one, other))
      return {
        // Bands are parts of one picture, frames are pictures of their own.
        alike: bands.length > 1 ? mean(alike) : Math.min(...alike),
        strayed: Math.max(...both.map(([one, other]) => strayed(one, other))),
      }
    },
  }
}

/** The first, the middle and the last one. */
function sampledFrames({ frames }: Picture): number[] {
  return [...new Set([0, Math.floor(frames / 2), frames - 1])]
}

/** Places of a large picture at which the guard looks, together `guardPixels`; undefined: at all of it. */
function bandsOf({ width, height, frames, drawn }: Picture): (Region | undefined)[] {
  // What is drawn onto a picture comes after a cut.
  if (frames > 1 || drawn === true || width * height <= guardPixels) return [undefined]
  const rows = Math.max(8, Math.floor(guardPixels / guardBands / width))
  return Array.from({ length: guardBands }, (_, band) => {
    const middle = ((band + 0.5) / guardBands) * height
    return { left: 0, top: Math.max(0, Math.round(middle - rows / 2)), width, height: Math.min(rows, height) }
  })
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Scaled down, unless the pipeline scales or draws already: there a second resize would replace the first. */
function scaled(image: Sharp, { width, height, scaled: resized, drawn }: Picture): Sharp {
  const factor = Math.ceil(Math.sqrt((width * height) / guardPixels))
  if (factor === 1 || resized === true || drawn === true) return image
  return image.resize(Math.ceil(width / factor), Math.ceil(height / factor), { fit: 'fill' })
}

/** Qualities that are tried after the level's own. */
const ladder: readonly number[] = [43, 52, 60, 68, 75, 82, 88, 92, 95]
/** Each rung takes off about this much of what SSIM lacks to 1. */
const gain = 1.25
/** Encodes of one level, then it is given up for the next gentler one. */
const tries = [
  { upTo: 1_000_000, encodes: 5 },
  { upTo: 16_000_000, encodes: 3 },
  { upTo: Number.POSITIVE_INFINITY, encodes: 2 },
]
const smallPixels = 1_000_000
/** Bytes per pixel below which more quality may give fewer bytes: flat and tiny pictures. */
const flat = 0.0125

export interface Search {
  from: number
  /** The quality of the source: never exceeded, because nothing would be gained but bytes. */
  cap?: number
  /** The share of the source's bytes that a second lossy coding must stay below to be worth its loss. */
  again?: number | undefined
  /** At most so many; default: by the picture's size. */
  encodes?: number
  /** Qualities to try after `from`, where the usual ones are too far apart. */
  rungs?: readonly number[]
}

/**
 * The lowest quality from `from` upward whose result the guard lets pass; rungs are skipped where much is lacking.
 */
export async function atQuality(
  job: CompressJob,
  level: CompressionLevel,
  { from, cap = 100, again, encodes, rungs = ladder }: Search,
  write: (quality: number) => Promise<Buffer>,
): Promise<Attempt> {
  const wanted = [from, ...rungs.filter((quality) => quality > from)]
  const steps = [...new Set(wanted.map((quality) => Math.min(quality, cap)))]
  const limit = encodes ?? tries.find(({ upTo }) => job.pixels <= upTo)?.encodes ?? 1
  for (let at = 0, tried = 1; at < steps.length && tried <= limit; tried++) {
    const bytes = await write(steps[at] ?? from)
    const { alike } = await job.judge(bytes)
    if (alike >= floors[level]) {
      const most = again === undefined || job.picture.edited ? Number.POSITIVE_INFINITY : job.header.size * again
      if (bytes.length >= most) return { bytes: undefined }
      // With a quality as it was asked for, a gentler level's is higher.
      const sure = tried === 1 && cap > from && bytes.length > job.pixels * flat && bytes.length < job.header.size * 0.8
      return { bytes, sure: sure && job.pixels > smallPixels }
    }
    const lacking = Math.floor(Math.log((1 - alike) / (1 - floors[level])) / Math.log(gain))
    const last = steps.length - 1
    at = at === last ? steps.length : Math.min(last, at + Math.max(1, Math.min(3, lacking)))
  }
  return { bytes: undefined, failed: true }
}

/** The smallest of those that are there. */
export function smallest(...candidates: (Buffer | undefined)[]): Buffer | undefined {
  return candidates.reduce(
    (best, each) => (each !== undefined && (best === undefined || each.length < best.length) ? each : best),
    undefined,
  )
}
