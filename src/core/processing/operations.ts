/**
 * What can be done to one image: typed, already validated. The engine runs the parts that are present in the fixed order
 * of its step list, so this is a record, not a list. Schemas that read a foreign dialect live in the API modules.
 */

/** Formats by their usual file extension. Part 1 reads and writes these (svg: read, and written by compress only). */
export const imageFormats = ['jpg', 'png', 'gif', 'webp', 'avif', 'tiff', 'svg'] as const
export type ImageFormat = (typeof imageFormats)[number]

export const mediaTypes: Record<ImageFormat, string> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  tiff: 'image/tiff',
  svg: 'image/svg+xml',
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
}

/** How the result is written. `same`: the input's format where it can be written, else png with alpha, jpg without (svg: png). */
export interface OutputSpec {
  format: ImageFormat | 'same'
  /** Re-encode for size; absent: the default quality of a one-off edit. If the result is not smaller, the input comes back. */
  compress?: CompressionLevel
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
