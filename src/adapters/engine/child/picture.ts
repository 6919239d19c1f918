/** The values that the steps hand on: what is known of a source, and the picture in the making. */
import type { Sharp } from 'sharp'
import type { RepairReport, SourceOpening } from '../../../core/ports.ts'
import type { ImageFormat, InputFormat } from '../../../core/processing/operations.ts'
import type { Output, Part } from '../../../core/processing/transformation.ts'
import type { Limits, RunOrder } from './messages.ts'
import type { Sessions } from './vision/sessions.ts'

/** A path for raster files (read as the decoder goes); bytes for SVG and for sources that came through the pipe. */
export type Input = string | Buffer

/** The blocks of metadata in a file, as they stand there. */
export interface MetadataBlocks {
  exif?: Buffer | undefined
  icc?: Buffer | undefined
  iptc?: Buffer | undefined
  xmp?: Buffer | undefined
  /** Dots per inch. */
  density?: number | undefined
}

/** What the header of a source says. */
export interface Header {
  input: Input
  format: InputFormat
  /** Sides of one frame as stored, before the EXIF orientation. */
  width: number
  height: number
  /** EXIF orientation, 1..8. */
  orientation: number
  frames: number
  /** Milliseconds per frame, for animations. */
  delay: readonly number[]
  /** Plays; 0: endless. */
  loop: number
  alpha: boolean
  /** 16 bits per channel or more. */
  deep: boolean
  grey: boolean
  cmyk: boolean
  /** Carries an ICC profile. */
  profile: boolean
  palette: boolean
  /** JPEG without chroma subsampling. */
  fullChroma: boolean
  /** Needs the whole frame in memory to decode: progressive and interlaced files. */
  interlaced: boolean
  /** Bytes of the file. */
  size: number
  /** For formats that sharp does not read: how the fallback decoders open it, until they have. */
  encoded?: SourceOpening
  /** Pages of a document, of which this is one. */
  pages?: number
  /** The frame or page of a file of several that is meant, from 1 after the first. */
  frame?: number
}

/** What a header said, without its bytes: of files that sharp reads. */
export type KnownHeader = Omit<Header, 'input' | 'encoded'>

/** A flip left-right, then quarter turns clockwise: every EXIF orientation and rotation is one of these eight. */
export interface Turn {
  flop: boolean
  quarters: 0 | 1 | 2 | 3
}

/** What the steps need to know besides the picture. */
export interface Context {
  order: Pick<RunOrder, 'operations' | 'output'> & Partial<Pick<RunOrder, 'lane' | 'fonts' | 'models'>>
  /** Headers of all sources; [0] is the picture's own. */
  sources: readonly Header[]
  limits: Limits
  /** Decode what can be decoded instead of refusing damage. */
  tolerant: boolean
  /** For steps that ask models. */
  seeing?: {
    sessions: Sessions
    /** This model could not be used; the job goes on without it. */
    failed(model: { id: string }, error: unknown): void
  }
  /** Resolves when the memory budget has room for these bytes. */
  admit(bytes: number): Promise<void>
}

/** The picture after some of the steps; nothing is decoded until `turn` (animations) or `encode`. */
export interface Picture {
  image: Sharp
  /** Sides of one upright frame after the steps so far. */
  width: number
  height: number
  frames: number
  delay: readonly number[]
  loop: number
  alpha: boolean
  /** What remains to be turned; crop and resize work on the stored pixels before it, which is cheaper. */
  turn: Turn
  /** The output's format. */
  format: ImageFormat
  /** An operation was asked for: the picture is more than the source written again. */
  edited: boolean
  /** Its pixels were interpolated. */
  scaled?: boolean
  /** Of a transformation: sides of the upright source, */
  original?: { width: number; height: number }
  /** what is still to be done, in memory, */
  rest?: readonly Part[]
  /** and the sides that the first of it found, when its sizes have been done already. */
  entered?: { width: number; height: number }
  /** How the transformation's steps so far want the result written. */
  asked?: Output
  /** Something was drawn on it, or it was put together. */
  drawn?: boolean
}

export interface Encoded {
  /** Undefined: not smaller than the source, which stays as it is. */
  bytes: Buffer | undefined
  format: ImageFormat
  width: number
  height: number
  frames: number
  /** What was repaired on the way. */
  repair?: RepairReport
}
