/**
 * ImageMagick in WebAssembly. It has coders that read other files or draw texts, so it is always told the format that
 * the bytes were found to be, from the list here, and never guesses.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  AlphaAction,
  ColorSpace,
  CompressionMethod,
  type IMagickImage,
  initializeImageMagick,
  MagickFormat,
  MagickImage,
  MagickReadSettings,
  ResourceLimits,
} from '@imagemagick/magick-wasm'
import { DomainError } from '../../../../core/errors.ts'
import { rawFormats } from '../../../../core/processing/operations.ts'
import { breaksChild } from '../failures.ts'
import type { MetadataBlocks } from '../picture.ts'
import type { Decoder, FallbackFormat } from './decoder.ts'
import { largestIcon } from './icon.ts'
import { checkPsd } from './psd.ts'

const formats: Record<Exclude<FallbackFormat, 'pdf'>, MagickFormat> = {
  bmp: MagickFormat.Bmp,
  heic: MagickFormat.Heic,
  ico: MagickFormat.Ico,
  cur: MagickFormat.Cur,
  psd: MagickFormat.Psd,
  tga: MagickFormat.Tga,
  jp2: MagickFormat.Jp2,
  j2k: MagickFormat.J2k,
  jxl: MagickFormat.Jxl,
  ppm: MagickFormat.Ppm,
  pgm: MagickFormat.Pgm,
  pbm: MagickFormat.Pbm,
  qoi: MagickFormat.Qoi,
  exr: MagickFormat.Exr,
  dng: MagickFormat.Dng,
  cr2: MagickFormat.Cr2,
  cr3: MagickFormat.Cr3,
  nef: MagickFormat.Nef,
  arw: MagickFormat.Arw,
  raf: MagickFormat.Raf,
  orf: MagickFormat.Orf,
  rw2: MagickFormat.Rw2,
  pef: MagickFormat.Pef,
  srw: MagickFormat.Srw,
}

/** Colour spaces that TIFF and sharp know as they are; others are turned into sRGB. */
const kept: readonly ColorSpace[] = [ColorSpace.sRGB, ColorSpace.Gray, ColorSpace.CMYK]

await initializeImageMagick(
  readFileSync(createRequire(import.meta.url).resolve('@imagemagick/magick-wasm/magick.wasm')),
)
// Bytes of decoded pixels; beyond them it would write to a disk that lies in the same memory.
ResourceLimits.memory = 1536n * 1024n * 1024n
ResourceLimits.disk = 0n
ResourceLimits.listLength = 1000n

export const magickDecoder: Decoder = {
  async announce(bytes, format) {
    return withImage((image) => {
      image.ping(payload(bytes, format), settingsOf(format))
      const { width, height } = upright(image)
      return { width, height, alpha: image.hasAlpha, pages: 1, metadata: blocksOf(image) }
    })
  },
  async decode(bytes, format, _opening, tolerant) {
    if (format === 'psd' && !tolerant) checkPsd(bytes)
    return withImage((image) => {
      const warnings: string[] = []
      image.onWarning = ({ error }) => {
        warnings.push(error.message)
        return 0
      }
      image.read(payload(bytes, format), settingsOf(format))
      // Some coders only warn when half of the picture is missing.
      if (warnings.length > 0 && !tolerant) throw damaged(warnings.join('; '))
      return toTiff(image)
    })
  },
}

/** An image file as it is; of an icon the largest picture alone. */
function payload(bytes: Buffer, format: FallbackFormat): Buffer {
  return format === 'ico' || format === 'cur' ? largestIcon(bytes) : bytes
}

function settingsOf(format: FallbackFormat): MagickReadSettings {
  if (format === 'pdf') throw new Error('a PDF is not read here')
  const settings = new MagickReadSettings({ format: formats[format] })
  if (rawFormats.some((raw) => raw === format)) settings.setDefine('dng:use-camera-wb', 'true')
  if (format === 'psd') {
    // The merged picture comes first, the layers after it.
    settings.frameIndex = 0
    settings.frameCount = 1
  }
  return settings
}

/** RAW comes lying on its side, with the orientation beside it. */
function upright({ width, height, orientation }: IMagickImage): { width: number; height: number } {
  return orientation > 4 ? { width: height, height: width } : { width, height }
}

function blocksOf(image: IMagickImage): MetadataBlocks {
  const block = (name: string) => {
    const profile = image.getProfile(name)
    return profile === null ? undefined : Buffer.from(profile.data)
  }
  return { exif: block('exif'), icc: block('icc'), iptc: block('iptc'), xmp: block('xmp') }
}

function toTiff(image: IMagickImage): Buffer {
  for (const name of image.profileNames) if (name !== 'icc') image.removeProfile(name)
  image.autoOrient()
  if (!kept.includes(image.colorSpace)) {
    image.colorSpace = image.colorSpace === ColorSpace.LinearGray ? ColorSpace.Gray : ColorSpace.sRGB
  }
  // An alpha channel in which nothing is transparent would make a png of what fits a jpg.
  if (image.hasAlpha && image.isOpaque) image.alpha(AlphaAction.Off)
  image.depth = 8
  image.settings.compression = CompressionMethod.NoCompression
  return image.write(MagickFormat.Tiff, (tiff) => Buffer.from(tiff))
}

function withImage<T>(use: (image: IMagickImage) => T): T {
  const image = MagickImage.create()
  try {
    return use(image)
  } catch (error) {
    throw failure(error)
  } finally {
    image.dispose()
  }
}

function failure(error: unknown): unknown {
  // A broken decoder must not be used again: serve.ts ends the child.
  if (error instanceof DomainError || breaksChild(error)) return error
  const text = error instanceof Error ? error.message : String(error)
  if (/exceeds? ?limit|ResourcesExhausted|ResourceLimit|MemoryAllocationFailed/i.test(text)) {
    return new DomainError('out_of_range', 'The image needs more memory than allowed.', { cause: error })
  }
  return damaged(error)
}

function damaged(cause: unknown): DomainError {
  return new DomainError('damaged_image', 'The image is damaged or incomplete and cannot be read.', { cause })
}
