/**
 * What can be done to one image: typed, already validated. The engine runs the parts that are present in the fixed order
 * of its step list, so this is a record, not a list. Schemas that read a foreign dialect live in the API modules.
 */
import type { TransformOrder } from './transformation.ts'

/** Formats that can be written, by their usual file extension (svg: only an SVG again, by compress). All are read too. */
export const imageFormats = ['jpg', 'png', 'gif', 'webp', 'avif', 'tiff', 'bmp', 'svg'] as const
export type ImageFormat = (typeof imageFormats)[number]

/** Camera RAW, by maker. */
export const rawFormats = ['dng', 'cr2', 'cr3', 'nef', 'arw', 'raf', 'orf', 'rw2', 'pef', 'srw'] as const
export type RawFormat = (typeof rawFormats)[number]

/** Every format that can be read. Those that cannot be written become jpg or png (tasks-api.md section 6). */
export const inputFormats = [
  ...imageFormats,
  'heic',
  'ico',
  'cur',
  'psd',
  'tga',
  'jp2',
  'j2k',
  'jxl',
  'ppm',
  'pgm',
  'pbm',
  'qoi',
  'exr',
  'pdf',
  ...rawFormats,
] as const
export type InputFormat = (typeof inputFormats)[number]

export const mediaTypes: Record<InputFormat, string> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  tiff: 'image/tiff',
  bmp: 'image/bmp',
  svg: 'image/svg+xml',
  heic: 'image/heic',
  ico: 'image/vnd.microsoft.icon',
  cur: 'image/x-win-bitmap',
  psd: 'image/vnd.adobe.photoshop',
  tga: 'image/x-tga',
  jp2: 'image/jp2',
  j2k: 'image/j2c',
  jxl: 'image/jxl',
  ppm: 'image/x-portable-pixmap',
  pgm: 'image/x-portable-graymap',
  pbm: 'image/x-portable-bitmap',
  qoi: 'image/qoi',
  exr: 'image/x-exr',
  pdf: 'application/pdf',
  dng: 'image/x-adobe-dng',
  cr2: 'image/x-canon-cr2',
  cr3: 'image/x-canon-cr3',
  nef: 'image/x-nikon-nef',
  arw: 'image/x-sony-arw',
  raf: 'image/x-fuji-raf',
  orf: 'image/x-olympus-orf',
  rw2: 'image/x-panasonic-rw2',
  pef: 'image/x-pentax-pef',
  srw: 'image/x-samsung-srw',
}

/** Quarter turns, clockwise. */
export type QuarterTurn = 90 | 180 | 270

/** Sizes in pixels of the upright image (after EXIF orientation and `rotate`). */
export interface Resize {
  width?: number
  height?: number
  /** Percent of the original size; instead of width and height. */
  percentage?: number
  /** Both sides given: fit inside the box. One given: the other follows the ratio (not kept: stays as it is). */
  keepRatio: boolean
  /** False: never larger than the original. */
  enlarge: boolean
}

/** Clamped to the image; an origin outside it is `out_of_range`. */
export interface Crop {
  x: number
  y: number
  width: number
  height: number
}

export const gravities = [
  'North',
  'NorthEast',
  'NorthWest',
  'Center',
  'East',
  'West',
  'South',
  'SouthEast',
  'SouthWest',
] as const
export type Gravity = (typeof gravities)[number]

/** Where and how large a stamp stands, the same for text and image. */
export interface StampPlacement {
  gravity: Gravity
  /** Percent of the base's height and width, -100..100; positive: inward from the gravity edge, down and right from the centre. */
  verticalPercent: number
  horizontalPercent: number
  /** The same in pixels, added. */
  verticalPixels: number
  horizontalPixels: number
  /** Percent of the base's size for the stamp; undefined: natural size (text: by fontSize). */
  widthPercent?: number
  heightPercent?: number
  /** Degrees clockwise, 0..360. */
  rotation: number
  /** Percent, 1..100; 100 is solid. */
  opacity: number
  /** Stamps on a 3x3 grid instead of at the gravity. */
  mosaic: boolean
  /** Colour of a soft shadow, below and to the right, `#rrggbb`. */
  shadow?: string
  /** An outline around letters or picture: thickness in pixels, colour `#rrggbb`. */
  border?: { width: number; color: string }
}

export const fontFamilies = [
  'Arial',
  'Arial Unicode MS',
  'Verdana',
  'Courier',
  'Times New Roman',
  'Comic Sans MS',
  'WenQuanYi Zen Hei',
  'Lohit Marathi',
  'Lohit Devanagari',
] as const
export type FontFamily = (typeof fontFamilies)[number]

export interface TextStyle {
  fontFamily: FontFamily
  bold: boolean
  italic: boolean
  /** Pixels. */
  fontSize: number
  /** `#rrggbb`. */
  color: string
}

export interface TextStamp extends StampPlacement, TextStyle {
  type: 'text'
  text: string
}

export interface ImageStamp extends StampPlacement {
  type: 'image'
  /** Index into the job's sources. */
  source: number
}

export type Stamp = TextStamp | ImageStamp

export type CompressionLevel = 'extreme' | 'recommended' | 'low'

export interface Operations {
  /** Clockwise, after EXIF orientation, before everything else. */
  rotate?: QuarterTurn
  crop?: Crop
  resize?: Resize
  watermark?: readonly Stamp[]
  /** Both sides so many times as long, with detail as a model (or else the resampler) sees it. */
  upscale?: { factor: 2 | 4 }
  /** What is behind the subject becomes transparent. The output needs a format with alpha. */
  removeBackground?: true
  /** A transformation of an image URL, instead of all the others. */
  transform?: TransformOrder
}

/**
 * How the result is written. `same`: the input's format where it can be written; heic, RAW and PDF pages become jpg, svg
 * png, all others png with alpha and jpg without.
 */
export interface OutputSpec {
  format: ImageFormat | 'same'
  /** Re-encode for size; absent: the default quality of a one-off edit. If the result is not smaller, the input comes back. */
  compress?: CompressionLevel
  /** 1..100 for jpg, webp and avif; absent: the default of a one-off edit. Does not go with `compress`. */
  quality?: number
  /**
   * Mend the input: its own coded data in a sound file of its format. An input with nothing wrong comes back as it is,
   * and so it is re-encoded only where `operations` ask for it.
   */
  repair?: true
  /** gif from several sources: one frame per source, on the first one's canvas, others fitted and centred. */
  animation?: {
    /** Milliseconds per frame. */
    delayMs: number
    /** 0: endless; n: plays n times. */
    loop: number
    /** Quarter turns of each source; absent: `operations.rotate` for all. */
    turns?: readonly (0 | QuarterTurn)[]
  }
}
