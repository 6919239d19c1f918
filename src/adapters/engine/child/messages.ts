/** What the pool and an engine child say to each other over IPC. Bytes of streams go through two extra pipes (frames.ts). */
import type { ErrorCode } from '../../../core/errors.ts'
import type {
  EngineJob,
  EngineOptions,
  EngineResult,
  FilmJoined,
  FilmSegmentResult,
  ImageFacts,
  SourceOpening,
} from '../../../core/ports.ts'
import type { Degradation } from '../../../core/processing/degradation.ts'
import type { ImageDescription, ThumbnailWish } from '../../../core/processing/description.ts'
import type { FilmJoin, FilmSegment } from '../../../core/processing/film.ts'
import type { Model } from '../../../core/processing/model.ts'
import type { Sight } from '../../../core/processing/sight.ts'
import type { KnownHeader } from './picture.ts'

/** Descriptors in the child: bytes of stream sources come in, bytes of a stream sink go out. */
export const sourcePipe = 4
export const sinkPipe = 5

export interface Limits {
  /** Most pixels of one frame. */
  pixels: number
  /** Longest side. */
  side: number
  /** Most frames or pages. */
  frames: number
  /** Most pixels over all frames. */
  framePixels: number
}

/** `null`: the bytes come through the source pipe. */
export type SourcePath = string | null
/** `null`: the bytes go through the sink pipe. */
export type SinkPath = string | null

export interface RunOrder extends Pick<EngineJob, 'operations' | 'output' | 'tolerant' | 'fonts' | 'models'> {
  sources: readonly SourcePath[]
  /** How each source is opened, by index. */
  openings: readonly SourceOpening[]
  sink: SinkPath
  /** What is known of the sources' headers, by index; `tell`: to be told with the result. */
  headers?: readonly (KnownHeader | 'tell' | null)[]
  /** In the batch lane nobody waits: slow encoders may take their time. */
  lane: EngineOptions['lane']
}

export interface LookWishes {
  models: readonly Model[]
  /** Look at a copy spoilt this way instead: for evaluations. */
  degradation?: Degradation | undefined
}

export interface FilmOrder {
  segment: FilmSegment
  /** Images of the watermark. */
  images: readonly string[]
  sink: string
  posterSink: string
  /** Path of the program, for the encoders that are its. */
  ffmpeg: string | undefined
  /** One photo at a time. */
  careful: boolean
}

export interface JoinOrder {
  join: FilmJoin
  segments: readonly string[]
  sink: string
}

export interface DescribeWishes {
  thumbnail?: ThumbnailWish | undefined
}

/** `granted`: bytes of the budget that the job has from the start. */
export type ToChild =
  | { type: 'inspect'; id: number; granted: number; source: SourcePath; opening: SourceOpening }
  | ({ type: 'describe'; id: number; granted: number; source: SourcePath; opening: SourceOpening } & DescribeWishes)
  | ({ type: 'look'; id: number; granted: number; source: SourcePath; opening: SourceOpening } & LookWishes)
  | { type: 'run'; id: number; granted: number; order: RunOrder }
  | { type: 'film'; id: number; granted: number; order: FilmOrder }
  | { type: 'join'; id: number; granted: number; order: JoinOrder }
  /** A photo of the film that was wanted; null: it is gone. */
  | { type: 'photo'; id: number; index: number; path: string | null }
  /** The budget has room for the bytes the child estimated. */
  | { type: 'go'; id: number }

/** A DomainError on the wire. `detail` is for the log only. */
export interface Failure {
  code: ErrorCode
  message: string
  param?: string
  detail?: string
}

export type FromChild =
  | { type: 'ready' }
  /** The job has begun: from here on it is not given to another child. */
  | { type: 'started'; id: number }
  /** The header is read, and the job needs more than it was granted; decoding waits for `go`. */
  | { type: 'estimate'; id: number; bytes: number }
  | { type: 'inspected'; id: number; facts: ImageFacts; resident: number }
  | { type: 'described'; id: number; description: ImageDescription; resident: number }
  | { type: 'seen'; id: number; sight: Sight; resident: number }
  /** `headers`: those that were to be told, by index of the source. */
  | { type: 'done'; id: number; result: EngineResult; headers?: readonly (KnownHeader | null)[]; resident: number }
  /** A photo of the film will soon be read. */
  | { type: 'want'; id: number; index: number }
  /** It is read, or cannot be. */
  | { type: 'passed'; id: number; index: number }
  | { type: 'filmed'; id: number; result: FilmSegmentResult; resident: number }
  | { type: 'joined'; id: number; result: FilmJoined; resident: number }
  | { type: 'failed'; id: number; failure: Failure; resident: number }
