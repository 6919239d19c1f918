/** What the library learns of a picture when it comes in (media-library-api.md sections 4.3, 4.4, 4.5). All of it is JSON. */
import type { InputFormat } from './operations.ts'

/** A value of metadata: text, a number, a truth, or a short list of texts and numbers. Never binary. */
export type MetadataValue = string | number | boolean | (string | number)[]

/**
 * EXIF, IPTC and XMP merged, flat, for people to read: dates in ISO 8601, codes as texts, `Keywords` and `Subject` always
 * lists, `GPSLatitude` and `GPSLongitude` in degrees with their sign. Names as ExifTool has them.
 */
export type EmbeddedMetadata = Record<string, MetadataValue>

/** The bounds of EmbeddedMetadata. What goes beyond is left out; texts are cut. */
export const metadataBounds = {
  /** Most names. */
  names: 250,
  /** Most characters of one text. */
  text: 1000,
  /** Most entries of one list. */
  list: 100,
  /** Most characters of the whole as JSON. */
  total: 32_768,
} as const

/** EXIF as it stands in the file, by group; dates as `YYYY:MM:DD HH:MM:SS`, codes as numbers. Groups may be empty. */
export interface ExifGroups {
  image: Record<string, MetadataValue>
  thumbnail: Record<string, MetadataValue>
  exif: Record<string, MetadataValue>
  gps: Record<string, MetadataValue>
  interoperability: Record<string, MetadataValue>
  /** Always empty: makers' notes are binary and of their own kind each. */
  makernote: Record<string, MetadataValue>
}

export interface DominantColor {
  /** `#rrggbb`. */
  hex: string
  /** Of the opaque part of the picture, 0..1. */
  share: number
}

/** Places of ViewMeasures.grid. */
export const gridSize = { columns: 64, rows: 48 } as const

/** Tiles of ViewMeasures.detail: each is 8 by 8 places of the grid. */
export const detailTiles = { columns: 8, rows: 6 } as const

/** What tells photos of one view apart (core/sites/flags.ts), from the upright picture on white. About 4.5 kB as JSON. */
export interface ViewMeasures {
  /** Longest side of the drawing that was measured: detail is of that scale. */
  side: number
  /** Mean brightness (luma), 0..255. */
  mean: number
  /** What 2, 10, 50, 90 and 98 in 100 places are darker than. */
  levels: readonly [number, number, number, number, number]
  /**
   * Detail, in base64: four times every tile, row by row, a byte each: across and down at the drawing's own scale, across
   * and down at half of it. Sixteenths of an octave of the second difference's mean square.
   */
  detail: string
  /** Brightness by place, row by row, in base64: a byte each. The picture is squeezed into the grid, whatever its ratio. */
  grid: string
}

/** Of the upright picture, fitting a square, never enlarged. */
export interface ThumbnailWish {
  side: number
  /** Of the JPEG. */
  quality: number
}

/** A JPEG that came of the same decoding as the description. */
export interface Thumbnail {
  width: number
  height: number
  /** Base64. */
  jpeg: string
}

export interface ImageDescription {
  format: InputFormat
  mime: string
  /** Sides of the upright picture (EXIF orientation applied); of a PDF its first page's, as it is drawn. */
  width: number
  height: number
  /** EXIF orientation of the stored pixels, 1..8; 1 where the format turns its pixels by other means. */
  orientation: number
  alpha: boolean
  /** Frames of an animation or pages; 1 otherwise. */
  frames: number
  hasColorProfile: boolean
  /** What the ICC profile calls itself. */
  colorProfile: string | null
  /** Of a JPEG, 1..100, told from its quantisation tables; 0: unknown. */
  quality: number
  /** Dots per inch; 0: the file does not say. */
  density: number
  /** Null: the file carries none. */
  embeddedMetadata: EmbeddedMetadata | null
  exif: ExifGroups
  /**
   * 64 bits of the upright picture on white, as 16 hex digits; near duplicates differ in 10 bits or fewer. Like the facts
   * below it null (or empty) when the pixels could not be decoded: damaged, too large, not drawable.
   */
  pHash: string | null
  /** Up to 5, the largest share first. Empty too when nothing of the picture is opaque. */
  dominantColors: readonly DominantColor[]
  /** Mean of the opaque part, `#rrggbb`. */
  averageColor: string | null
  /** A ThumbHash in base64: a blurred placeholder of about 25 bytes, with the picture's ratio and alpha. */
  thumbhash: string | null
  view: ViewMeasures | null
  /** Only where it was wished for, and the pixels could be decoded. */
  thumbnail?: Thumbnail
}
