/**
 * A transformation of an image URL once it is read (image-urls.md sections 2 to 8): what core/transformations/language
 * makes of the text and engine children run. All of it is JSON; one text has one such form, which rendition keys are made of.
 */

import type { FoundThings } from './focus.ts'

/**
 * `i`: the asset as it came (inside a layer: the overlay's), `c`: what the step before left (in offsets of a layer: the
 * finished overlay), `b`: the picture under the layer; `h`, `w`, `ar`: height, width, width by height.
 */
export const variables = ['iw', 'ih', 'iar', 'cw', 'ch', 'car', 'bw', 'bh', 'bar'] as const
export type Variable = (typeof variables)[number]
export type Operator = 'add' | 'sub' | 'mul' | 'div' | 'mod' | 'pow'
/** A number, or what becomes one when the pictures' sides are known (section 6). */
export type Amount = number | { variable: Variable } | { operator: Operator; left: Amount; right: Amount }

/** 0..255 each; alpha 0..1. */
export interface Color {
  red: number
  green: number
  blue: number
  alpha: number
}

/** `c` and `cm` (section 3). */
export const sizeModes = [
  'maintain_ratio',
  'maintain_ratio_no_enlarge',
  'force',
  'at_max',
  'at_max_enlarge',
  'at_least',
  'extract',
  'pad_resize',
  'pad_extract',
  'pad_resize_no_enlarge',
  'pad_extract_no_shrink',
] as const
export type SizeMode = (typeof sizeModes)[number]

/** -1 left or top, 0 centre, 1 right or bottom. */
export interface Anchor {
  x: -1 | 0 | 1
  y: -1 | 0 | 1
}

export type Focus =
  | ({ type: 'anchor' } & Anchor)
  | { type: 'auto' }
  /** The file's custom coordinates. */
  | { type: 'custom' }
  | { type: 'face' }
  /** A COCO class, as `fo` spells it. */
  | { type: 'object'; name: string }

export type Background =
  | { type: 'color'; color: Color }
  /** `intensity` 0..100, `brightness` -255..255. */
  | { type: 'blurred'; intensity: number | 'auto'; brightness: number }
  | { type: 'dominant' }
  | { type: 'gradient_dominant'; colors: 2 | 4 }

export interface Shadow {
  /** 0..15 */
  blur: number
  /** Percent. */
  saturation: number
  /** Percent of the picture's side, -100..100. */
  x: number
  y: number
}

export interface Gradient {
  /** Degrees in which it runs: 0 up, 90 right, 180 down. */
  direction: number
  from: Color
  to: Color
  /** Where the last colour is reached: below 1 a share of the way, from 1 on pixels (exactly 1: the whole way). */
  stop: Amount
}

/** `a`: arc in degrees; `p`: where the corners go, clockwise from the top left. */
export type Distort =
  | { type: 'perspective'; corners: readonly (readonly [number, number])[] }
  | { type: 'arc'; degrees: number }

/** One step of a chain: everything it asks for. The order of work is that of the engine, not of the text (section 2). */
export interface Step {
  type: 'step'
  /** Below 1: a share of the picture before; hints are put in before the engine sees it. */
  width?: Amount | 'auto'
  height?: Amount
  /** Width by height. */
  ratio?: Amount
  dpr?: number | 'auto'
  mode?: SizeMode
  focus?: Focus
  /** Corner of an extract, or its centre. */
  x?: Amount
  y?: Amount
  centerX?: Amount
  centerY?: Amount
  zoom?: number
  background?: Background
  /** Degrees clockwise; auto: by EXIF, which is done anyway. */
  rotate?: number | 'auto'
  flip?: { horizontal: boolean; vertical: boolean }
  /** Threshold 1..99; true: the usual one. False only in layers, whose images are trimmed unless told so. */
  trim?: number | boolean
  /** 1..100 */
  blur?: number
  grayscale?: true
  contrast?: true
  /** True: the usual amount. */
  sharpen?: number | true
  unsharp?: { radius: number; sigma: number; amount: number; threshold: number }
  shadow?: Shadow
  gradient?: Gradient
  /** `from` absent: the dominant colour. Tolerance 0..100. */
  replaceColor?: { to: Color; tolerance: number; from?: Color }
  colorize?: { color: Color; intensity: number }
  distort?: Distort
  /** Pixels; max: an ellipse; or top left, top right, bottom right, bottom left. */
  radius?: number | 'max' | readonly [number, number, number, number]
  border?: { width: Amount; color: Color }
  /** Percent. */
  opacity?: number
  /** From 0; of a PSD also layers. */
  page?: Page
  layers?: readonly Layer[]
  output?: Output
}

export type Page =
  | { type: 'index'; index: number }
  | { type: 'layers'; layers: readonly number[] | { from: number; to?: number } }
  | { type: 'names'; names: readonly string[] }

/** How the result is written (section 5); the last step that says so counts. */
export interface Output {
  format?: 'auto' | 'jpg' | 'png' | 'webp' | 'avif' | 'gif' | 'svg' | 'orig'
  /** 1..100 */
  quality?: number
  lossless?: boolean
  progressive?: boolean
  metadata?: boolean
  profile?: boolean
  /** JPEG with every pixel's own colour: for intermediates, no URL can ask for it. */
  fullColor?: true
}

export const comparisons = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const
export interface Comparison {
  property: 'w' | 'h' | 'ar' | 'iw' | 'ih' | 'iar'
  operator: (typeof comparisons)[number]
  value: number
}

/** `if-…` (section 7), a step of its own. */
export interface Condition {
  type: 'if'
  /** True when all of one of the lists hold. */
  anyOf: readonly (readonly Comparison[])[]
  then: readonly Part[]
  otherwise: readonly Part[]
}

export type Part = Step | Condition

/** Pixels from the left or top edge, or from the right or bottom one. */
export interface Offset {
  amount: Amount
  fromEnd: boolean
}

/** Where an overlay stands on its base (section 8). */
export interface LayerPosition {
  focus?: Anchor
  x?: Offset
  y?: Offset
  centerX?: Offset
  centerY?: Offset
  /** The point of the base that offsets count from; absent: top left. */
  anchor?: Anchor
}

export type LayerMode = 'multiply' | 'cutter' | 'cutout' | 'displace'

interface OverlayOf<Type extends string> {
  type: Type
  position: LayerPosition
  mode?: LayerMode
  /** How far `displace` shifts. */
  displace?: { x?: Amount; y?: Amount }
  /** What is done to the overlay before it is laid on. */
  parts: readonly Part[]
}

export interface ImageLayer extends OverlayOf<'image'> {
  /** Path below the URL endpoint, with slashes; or an absolute URL. */
  path: string
}

/** `ik_canvas`: a block of colour. Sides absent: the base's. */
export interface CanvasLayer extends OverlayOf<'canvas'> {
  width?: Amount
  height?: Amount
  color: Color
}

export interface TextLayer extends OverlayOf<'text'> {
  text: string
  /** Most pixels of a line. */
  width?: Amount
  fontSize: Amount
  /** The name as given; a path of an uploaded font. Absent: the default face. */
  font?: { name: string } | { path: string }
  color: Color
  align: 'left' | 'center' | 'right'
  /** Top, right, bottom, left. */
  padding: readonly [Amount, Amount, Amount, Amount]
  /** 0..1 */
  opacity: number
  bold: boolean
  italic: boolean
  strikethrough: boolean
  background?: Color
  radius?: Step['radius']
  rotate?: number
  flip?: Step['flip']
  lineHeight?: Amount
}

export type Layer = ImageLayer | CanvasLayer | TextLayer

/** A whole transformation. */
export interface Transformation {
  parts: readonly Part[]
  /** `orig-true`: the original as it is, all else is ignored. */
  original: boolean
  /** `di`: path below the endpoint. */
  defaultImage?: string
}

/** What engine children run: the transformation with everything that is not in the picture decided. */
export interface TransformOrder {
  parts: readonly Part[]
  /** Paths of image layers: job.sources[1 + index]. */
  images: readonly string[]
  /** Paths of uploaded fonts: job.fonts[index]. */
  fonts: readonly string[]
  /** The file's custom coordinates, for `fo-custom`. */
  coordinates?: { x: number; y: number; width: number; height: number }
  /** What a look at the original found, for the other `fo`; no part of keys. Absent: nobody looked. */
  found?: FoundThings
  /** Formats besides jpg and png that the client takes, best first; for `f-auto`. */
  accepts: readonly ('avif' | 'webp')[]
  /** The source was made small before: decoding leaves at least a factor of two to the resampler. */
  reduced?: true
}
