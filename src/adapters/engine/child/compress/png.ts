/**
 * PNG: the smallest of a palette (by imagequant), true colour with its last bit or two rounded away, and lossless true
 * colour. The guard looks at every colour: a palette ruins photographs and gradients long before their luma shows it.
 */
import sharp, { type Channels, type PngOptions, type Sharp } from 'sharp'
import type { CompressionLevel } from '../../../../core/processing/operations.ts'
import { type CompressJob, type Compressor, floors, smallest } from './job.ts'

/** Up to here pixels are rounded, which holds the whole picture. */
export const wholePixels = 25_000_000
/** Up to here palettes are looked for (about 1 s of CPU per megapixel), and deflate without filters is tried. */
const searchedPixels = { interactive: 12_000_000, batch: 20_000_000 }
/** Up to here the slowest deflate is worth its eight-fold CPU for 4 % of the bytes. */
const slowPixels = { interactive: 500_000, batch: 4_000_000 }

/** Bits per sample that are rounded away: one cannot be seen, two hardly. */
const roundedBits: Record<CompressionLevel, number> = { low: 0, recommended: 1, extreme: 2 }

/** Larger pictures are hardly ever drawings of sixteen colours. */
const drawnPixels = 4_000_000

interface Variant {
  alike: number
  strayed: number
  colour: boolean
  options: PngOptions
}

/**
 * Sixteen colours do for plain drawings only; `extreme` shows the dots of a palette in photographs, not a loss of detail.
 * `strayed`: most places that may have another colour.
 */
const variants: Record<'recommended' | 'extreme', readonly Variant[]> = {
  recommended: [{ alike: floors.recommended, strayed: 0.001, colour: true, options: { quality: 95, dither: 1 } }],
  extreme: [
    { alike: floors.recommended, strayed: 0.0005, colour: true, options: { quality: 80, colours: 16, dither: 0.5 } },
    { alike: floors.extreme, strayed: 0.01, colour: false, options: { quality: 80, dither: 0.5 } },
  ],
}

export const compressPng: Compressor = (job) => {
  let looked: Promise<Pixels | undefined> | undefined
  return async (level) => {
    // Held whole: the levels share it.
    looked ??= job.pixels > wholePixels ? Promise.resolve(undefined) : look(job)
    const pixels = await looked
    if (level === 'low') return { bytes: await lossless(job, pixels) }
    if (pixels === undefined) return { bytes: undefined }
    // Where a palette does it, rounding would not beat it.
    const palette = isSearched(job) ? await palettes(job, level, pixels) : undefined
    return { bytes: palette ?? (await rounded(job, level, pixels)) }
  }
}

const isSearched = ({ pixels, patient }: CompressJob) => pixels <= searchedPixels[patient ? 'batch' : 'interactive']

/** The picture as it will be written: 8 bits, without an alpha channel that says nothing. */
interface Pixels {
  data: Buffer
  raw: { width: number; height: number; channels: Channels }
  opaque: boolean
  /** No more than 256. */
  fewColours: boolean
}

async function look(job: CompressJob): Promise<Pixels> {
  const image = job.image('recommended')
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const opaque = channels % 2 === 1 || isOpaque(data, channels)
  const pixels = { data, raw: { width, height, channels }, opaque, fewColours: hasFewColours(data, channels) }
  if (!opaque || channels % 2 === 1) return pixels
  const solid = await open(pixels).removeAlpha().raw().toBuffer()
  return { ...pixels, data: solid, raw: { width, height, channels: channels === 4 ? 3 : 1 } }
}

const open = ({ data, raw }: Pixels) => sharp(data, { raw, limitInputPixels: false })

function isOpaque(data: Buffer, channels: number): boolean {
  for (let at = channels - 1; at < data.length; at += channels) if (data[at] !== 255) return false
  return true
}

function hasFewColours(data: Buffer, channels: number): boolean {
  const seen = new Set<number>()
  let last = -1
  for (let at = 0; at < data.length; at += channels) {
    const colour = data.readUIntBE(at, channels)
    if (colour === last) continue
    last = colour
    seen.add(colour)
    if (seen.size > 256) return false
  }
  return true
}

async function lossless(job: CompressJob, pixels: Pixels | undefined): Promise<Buffer | undefined> {
  // Through the pipeline: this level keeps the colour profile.
  const image = () => (pixels?.opaque === true ? job.image('low').removeAlpha() : job.image('low'))
  const filtered = await image().png(deflate(job)).toBuffer()
  // Drawings and screens repeat themselves: there deflate alone does better than the filters.
  const plain = !isSearched(job) ? undefined : await image().png({ compressionLevel: 9 }).toBuffer()
  const trueColour = smallest(filtered, plain)
  if (pixels?.fewColours !== true) return trueColour
  const options = { palette: true, quality: 100, dither: 0, effort: 7, compressionLevel: 9 }
  const palette = await image().png(options).toBuffer()
  return (await isSame(job, palette)) ? smallest(trueColour, palette) : trueColour
}

/** Every pixel equal. */
async function isSame(job: CompressJob, bytes: Buffer): Promise<boolean> {
  const exact = (image: Sharp) => image.toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' }).toBuffer()
  const [before, after] = [await exact(job.image('low')), await exact(sharp(bytes, { limitInputPixels: false }))]
  return before.equals(after)
}

async function palettes(
  job: CompressJob,
  level: 'recommended' | 'extreme',
  pixels: Pixels,
): Promise<Buffer | undefined> {
  const effort = job.pixels <= 1_000_000 || job.patient ? 7 : 2
  for (const { alike, strayed, colour, options } of variants[level]) {
    if (options.colours !== undefined && job.pixels > drawnPixels) continue
    const bytes = await open(pixels)
      .png({ palette: true, effort, compressionLevel: 9, ...options })
      .toBuffer()
    const verdict = await job.judge(bytes, colour)
    if (verdict.alike >= alike && verdict.strayed <= strayed) return bytes
  }
  return undefined
}

/** Rounds the samples so that neighbours repeat more: deflate gains a quarter to a half. */
async function rounded(job: CompressJob, level: CompressionLevel, pixels: Pixels): Promise<Buffer> {
  const { channels } = pixels.raw
  const table = roundingTable(roundedBits[level])
  const data = Buffer.from(pixels.data)
  const alpha = channels % 2 === 0 ? channels - 1 : -1
  for (let at = 0, band = 0; at < data.length; at++) {
    if (band !== alpha) data[at] = table[data[at] ?? 0] ?? 0
    band = band + 1 === channels ? 0 : band + 1
  }
  return await open({ ...pixels, data })
    .png(deflate(job))
    .toBuffer()
}

/** To multiples of 2 or 4, with black and white left as they are. */
function roundingTable(bits: number): Uint8Array {
  const step = 1 << bits
  return Uint8Array.from({ length: 256 }, (_, value) => {
    const near = Math.floor((value + step / 2) / step) * step
    return near > 255 - step / 2 || value === 255 ? 255 : near
  })
}

function deflate({ pixels, patient }: CompressJob): PngOptions {
  const slow = pixels <= slowPixels[patient ? 'batch' : 'interactive']
  return { compressionLevel: slow ? 9 : pixels <= wholePixels ? 6 : 3, adaptiveFiltering: true }
}
