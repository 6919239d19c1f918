/**
 * The part of the transformation language (image-urls.md) that an upload's `pre` may use so far: one step of sizes,
 * crops, quarter turns, format and quality. It becomes one run of the engine.
 */
import { invalid } from '../errors.ts'
import type { Crop, ImageFormat, Operations, OutputSpec, QuarterTurn, Resize } from '../processing/operations.ts'

export interface Transformation {
  width: number | undefined
  height: number | undefined
  /** Width by height. */
  ratio: number | undefined
  mode: Mode
  /** Where a crop lies: -1 left or top, 0 centre, 1 right or bottom. */
  focus: { x: -1 | 0 | 1; y: -1 | 0 | 1 }
  /** Top left corner of an extract. */
  x: number | undefined
  y: number | undefined
  turn: 0 | QuarterTurn
  format: ImageFormat | 'same'
  quality: number | undefined
}

const modes = [
  'maintain_ratio',
  'maintain_ratio_no_enlarge',
  'force',
  'at_max',
  'at_max_enlarge',
  'at_least',
  'extract',
] as const
type Mode = (typeof modes)[number]

const focuses = new Map<string, Transformation['focus']>([
  ['center', { x: 0, y: 0 }],
  ['top', { x: 0, y: -1 }],
  ['bottom', { x: 0, y: 1 }],
  ['left', { x: -1, y: 0 }],
  ['right', { x: 1, y: 0 }],
  ['top_left', { x: -1, y: -1 }],
  ['top_right', { x: 1, y: -1 }],
  ['bottom_left', { x: -1, y: 1 }],
  ['bottom_right', { x: 1, y: 1 }],
])
const formats = new Map<string, ImageFormat | 'same'>([
  ['jpg', 'jpg'],
  ['jpeg', 'jpg'],
  ['png', 'png'],
  ['webp', 'webp'],
  ['avif', 'avif'],
  ['auto', 'same'],
  ['orig', 'same'],
])
const turns = new Map<string, 0 | QuarterTurn>([
  ['0', 0],
  ['auto', 0],
  ['90', 90],
  ['180', 180],
  ['270', 270],
  ['N90', 270],
  ['N180', 180],
  ['N270', 90],
])

/** "dimension above 65535" */
const maxSide = 65_535
const supported = 'w, h, ar, c, cm-extract, fo, x, y, rt, f and q, in one step'

/** What a key's value changes; undefined: it is no value of this key. */
type Read = (value: string) => Partial<Transformation> | undefined

const keys: Record<string, Read> = {
  w: (value) => some(side(value), (width) => ({ width })),
  h: (value) => some(side(value), (height) => ({ height })),
  x: (value) => some(whole(value), (x) => ({ x })),
  y: (value) => some(whole(value), (y) => ({ y })),
  q: (value) => some(within(whole(value), 1, 100), (quality) => ({ quality })),
  ar: (value) => some(ratioOf(value), (ratio) => ({ ratio })),
  c: (value) => (isMode(value) && value !== 'extract' ? { mode: value } : undefined),
  cm: (value) => (value === 'extract' ? { mode: value } : undefined),
  fo: (value) => some(focuses.get(value), (focus) => ({ focus })),
  f: (value) => some(formats.get(value), (format) => ({ format })),
  rt: (value) => some(turns.get(value), (turn) => ({ turn })),
}

/** @throws DomainError invalid with the given param, saying what is understood so far */
export function parseTransformation(given: string, param: string): Transformation {
  const text = given.trim().replace(/^tr:/, '')
  const refuse = (why: string) =>
    invalid(
      param,
      `Your request contains invalid transformation field: ${why}. So far ${param} understands ${supported}.`,
    )
  if (text.includes(':')) throw refuse('it has more than one step')
  const into: Transformation = {
    width: undefined,
    height: undefined,
    ratio: undefined,
    mode: 'maintain_ratio',
    focus: { x: 0, y: 0 },
    x: undefined,
    y: undefined,
    turn: 0,
    format: 'same',
    quality: undefined,
  }
  for (const item of text.split(',')) {
    const [, key = '', value = ''] = /^([a-z]+)-(.+)$/.exec(item.trim()) ?? []
    const change = Object.hasOwn(keys, key) ? keys[key]?.(value) : undefined
    if (change === undefined) throw refuse(`"${item.slice(0, 60)}"`)
    Object.assign(into, change)
  }
  return into
}

/** @param size of the upright picture */
export function planTransformation(
  wanted: Transformation,
  size: { width: number; height: number },
): { operations: Operations; output: OutputSpec } {
  const { crop, resize } = planSize(wanted, size)
  const { turn } = wanted
  const operations: Operations = {
    // The engine turns first, this language last.
    ...(turn === 0 ? {} : { rotate: turn }),
    ...(crop === undefined ? {} : { crop: turned(crop, size, turn) }),
    ...(resize === undefined ? {} : { resize: turn === 90 || turn === 270 ? swapped(resize) : resize }),
  }
  const quality = wanted.quality === undefined ? {} : { quality: wanted.quality }
  return { operations, output: { format: wanted.format, ...quality } }
}

function planSize(wanted: Transformation, source: { width: number; height: number }): { crop?: Crop; resize?: Resize } {
  const { width, height } = box(wanted, source)
  const exactly = (scale: number) => exact(source.width * scale, source.height * scale)
  if (wanted.mode === 'extract')
    return { crop: extract(wanted, source, width ?? source.width, height ?? source.height) }
  if (width === undefined || height === undefined) {
    if (width === undefined && height === undefined) return {}
    const enlarge = wanted.mode !== 'at_max' && wanted.mode !== 'maintain_ratio_no_enlarge'
    return {
      resize: {
        ...(width === undefined ? {} : { width }),
        ...(height === undefined ? {} : { height }),
        keepRatio: true,
        enlarge,
      },
    }
  }
  switch (wanted.mode) {
    case 'force':
      return { resize: exact(width, height) }
    case 'at_max':
    case 'at_max_enlarge':
      return { resize: { width, height, keepRatio: true, enlarge: wanted.mode === 'at_max_enlarge' } }
    case 'at_least':
      return { resize: exactly(Math.max(width / source.width, height / source.height)) }
    case 'maintain_ratio':
      return cover(wanted, source, width, height)
    case 'maintain_ratio_no_enlarge': {
      const shrink = Math.min(1, source.width / width, source.height / height)
      return cover(wanted, source, round(width * shrink), round(height * shrink))
    }
  }
}

/** The wished sides in pixels: fractions are of the source, and a ratio makes the other side of one. */
function box({ width, height, ratio }: Transformation, source: { width: number; height: number }) {
  const pixels = (value: number | undefined, whole: number) =>
    value === undefined ? undefined : value < 1 ? round(value * whole) : value
  const [w, h] = [pixels(width, source.width), pixels(height, source.height)]
  if (ratio === undefined) return { width: w, height: h }
  return {
    width: w ?? (h === undefined ? undefined : round(h * ratio)),
    height: h ?? (w === undefined ? undefined : round(w / ratio)),
  }
}

/** The largest area of the wished ratio, scaled to the wished size. */
function cover({ focus }: Transformation, source: { width: number; height: number }, width: number, height: number) {
  const scale = Math.max(width / source.width, height / source.height)
  const size = {
    width: Math.min(source.width, round(width / scale)),
    height: Math.min(source.height, round(height / scale)),
  }
  const whole = size.width === source.width && size.height === source.height
  return { ...(whole ? {} : { crop: placed(size, source, focus) }), resize: exact(width, height) }
}

function extract(
  { x, y, focus }: Transformation,
  source: { width: number; height: number },
  width: number,
  height: number,
): Crop {
  const size = { width: Math.min(width, source.width), height: Math.min(height, source.height) }
  const area = placed(size, source, focus)
  return { ...area, x: x ?? area.x, y: y ?? area.y }
}

const placed = (
  size: { width: number; height: number },
  source: { width: number; height: number },
  { x, y }: Transformation['focus'],
): Crop => ({
  ...size,
  x: Math.round(((source.width - size.width) * (x + 1)) / 2),
  y: Math.round(((source.height - size.height) * (y + 1)) / 2),
})

/** An area of the upright picture, in the turned one. */
function turned(area: Crop, source: { width: number; height: number }, turn: 0 | QuarterTurn): Crop {
  const { x, y, width, height } = area
  const right = source.width - x - width
  const below = source.height - y - height
  switch (turn) {
    case 0:
      return area
    case 90:
      return { x: below, y: x, width: height, height: width }
    case 180:
      return { x: right, y: below, width, height }
    case 270:
      return { x: y, y: right, width: height, height: width }
  }
}

function swapped({ width, height, ...rest }: Resize): Resize {
  return {
    ...rest,
    ...(height === undefined ? {} : { width: height }),
    ...(width === undefined ? {} : { height: width }),
  }
}

const round = (value: number) => Math.max(1, Math.round(value))
const exact = (width: number, height: number): Resize => ({
  width: round(width),
  height: round(height),
  keepRatio: false,
  enlarge: true,
})

const some = <Value>(value: Value | undefined, change: (value: Value) => Partial<Transformation>) =>
  value === undefined ? undefined : change(value)

/** `4-3`, also `4_3`. */
function ratioOf(text: string): number | undefined {
  const [, width, height] = /^(\d{1,6}(?:\.\d+)?)[-_](\d{1,6}(?:\.\d+)?)$/.exec(text) ?? []
  const ratio = Number(width) / Number(height)
  return Number.isFinite(ratio) && ratio > 0 ? ratio : undefined
}

const isMode = (text: string): text is Mode => (modes as readonly string[]).includes(text)

/** Pixels, or a fraction of the source. */
function side(text: string): number | undefined {
  if (/^0?\.\d{1,6}$/.test(text) && Number(text) > 0) return Number(text)
  return within(whole(text), 1, maxSide)
}

const whole = (text: string) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined)
const within = (value: number | undefined, min: number, max: number) =>
  value !== undefined && value >= min && value <= max ? value : undefined
