/**
 * The overlay of the `watermark` variant (site-photos-api.md section 6.3) as layers of a transformation: a picture of the
 * library or a text at one of nine places, and the local time in a corner.
 */
import { DomainError } from '../errors.ts'
import type { MetadataStore } from '../ports.ts'
import type { Size } from '../processing/geometry.ts'
import type { Anchor, Color, Layer, Step } from '../processing/transformation.ts'
import type { SiteCaller } from './deps.ts'
import { mayUse } from './library-photo.ts'
import type { Capture, Watermark } from './records.ts'
import { formatLocal } from './zones.ts'

/** The nine compass points, north first. */
export const gravities = [
  'north',
  'northeast',
  'east',
  'southeast',
  'south',
  'southwest',
  'west',
  'northwest',
  'center',
] as const
export type Gravity = (typeof gravities)[number]

/** Text is drawn at about the size it will have; letters are about so wide. */
const letterWidth = 0.55
const white: Color = { red: 255, green: 255, blue: 255, alpha: 1 }
const veil: Color = { red: 0, green: 0, blue: 0, alpha: 0.5 }

export interface Overlay {
  layers: readonly Layer[]
  /** Paths as the layers name them, and their blobs. */
  images: readonly string[]
  blobs: readonly string[]
}

/**
 * @param size of the picture that it is laid on
 * @throws DomainError `conflict`: its picture is gone
 */
export async function overlayOf(
  { store }: { store: MetadataStore },
  { project, offset, taken }: Pick<Capture, 'project' | 'offset' | 'taken'>,
  watermark: Watermark,
  size: Size,
): Promise<Overlay> {
  const blob = await pictureOf(store, project, watermark.image_file_id)
  const layers: Layer[] = []
  if (blob !== undefined) layers.push(pictureLayer(watermark, size))
  else if (watermark.text !== undefined) layers.push(textLayer(watermark, watermark.text, size))
  if (watermark.date_stamp) {
    const text = formatLocal(taken, offset).slice(0, 16).replace('T', ' ')
    layers.push(stampLayer(text, size, stampAnchor(watermark)))
  }
  return blob === undefined ? { layers, images: [], blobs: [] } : { layers, images: ['watermark'], blobs: [blob] }
}

/** The blob of a picture of the library. @throws DomainError `conflict` */
async function pictureOf(store: MetadataStore, project: string, file: string | undefined) {
  if (file === undefined) return undefined
  const asset = await store.read.assets.find(project, file)
  if (asset?.kind === 'image') return asset.blob
  throw new DomainError('conflict', 'The picture of the watermark is gone from the library; set another one.', {
    param: 'watermark',
  })
}

/** @throws DomainError `invalid`: no such picture in the project's library, or a photo that the caller may not download */
export async function checkWatermark(
  { store }: { store: MetadataStore },
  caller: Pick<SiteCaller, 'project' | 'access'>,
  watermark: Watermark | null | undefined,
): Promise<void> {
  const file = watermark?.image_file_id
  if (file === undefined) return
  const asset = /^[0-9a-f]{24}$/.test(file) ? await store.read.assets.find(caller.project.id, file) : undefined
  if (asset?.kind === 'image' && (await mayUse({ store }, caller, asset))) return
  throw new DomainError('invalid', 'watermark.image_file_id names no picture of the library.', {
    param: 'watermark.image_file_id',
  })
}

function pictureLayer(watermark: Watermark, size: Size): Layer {
  return {
    type: 'image',
    path: 'watermark',
    position: positionOf(anchorOf(watermark.gravity), marginOf(watermark, size)),
    parts: [{ ...fitted(watermark, size), trim: false }],
  }
}

function textLayer(watermark: Watermark, text: string, size: Size): Layer {
  const longest = Math.max(1, ...text.split('\n').map((line) => [...line].length))
  const fontSize = Math.max(8, Math.min(400, Math.round((size.width * watermark.scale) / (letterWidth * longest))))
  // Room for the shadow.
  const room = Math.max(1, Math.round(fontSize * 0.15))
  return {
    type: 'text',
    text,
    fontSize,
    color: white,
    align: 'center',
    padding: [room, room, room, room],
    opacity: 1,
    bold: true,
    italic: false,
    strikethrough: false,
    position: positionOf(anchorOf(watermark.gravity), marginOf(watermark, size)),
    parts: [
      // White letters are seen on a white sky by their shadow.
      { type: 'step', shadow: { blur: Math.max(1, Math.min(15, fontSize * 0.06)), saturation: 80, x: 0, y: 0 } },
      fitted(watermark, size),
    ],
  }
}

/** As wide as `scale` says, unless it would be higher than the picture leaves room for. */
function fitted(watermark: Watermark, size: Size): Step {
  const margin = marginOf(watermark, size)
  return {
    type: 'step',
    width: Math.max(1, Math.min(Math.round(size.width * watermark.scale), size.width - 2 * margin)),
    height: Math.max(1, size.height - 2 * margin),
    mode: 'at_max_enlarge',
    ...(watermark.opacity === 1 ? {} : { opacity: watermark.opacity * 100 }),
  }
}

/** Local time in a corner, on a dark ground that makes it legible on any picture. */
export function stampLayer(text: string, { width, height }: Size, anchor: Anchor): Layer {
  const fontSize = Math.max(9, Math.round(Math.min(width * 0.018, height * 0.06)))
  const [down, across] = [Math.round(fontSize * 0.35), Math.round(fontSize * 0.6)]
  const margin = Math.round(fontSize * 0.8)
  return {
    type: 'text',
    text,
    fontSize,
    color: white,
    align: 'left',
    padding: [down, across, down, across],
    opacity: 1,
    bold: false,
    italic: false,
    strikethrough: false,
    background: veil,
    radius: Math.round(fontSize * 0.35),
    position: positionOf(anchor, margin),
    parts: [],
  }
}

/** Where the watermark is not. */
function stampAnchor({ gravity, text, image_file_id }: Watermark): Anchor {
  const { x, y } = anchorOf(gravity)
  const alone = text === undefined && image_file_id === undefined
  if (alone) return { x, y }
  if (y < 1) return { x: -1, y: 1 }
  return x === 1 ? { x: -1, y: 1 } : x === -1 ? { x: 1, y: 1 } : { x: -1, y: -1 }
}

function anchorOf(gravity: string): Anchor {
  const has = (side: string) => gravity.includes(side)
  return { x: has('west') ? -1 : has('east') ? 1 : 0, y: has('north') ? -1 : has('south') ? 1 : 0 }
}

/** A share of the width; on a low strip no more than a quarter of its height. */
const marginOf = ({ margin }: Watermark, { width, height }: Size) =>
  Math.floor(Math.min(width * margin, height / 4, width / 4))

/** A margin away from the edges that it stands at. */
function positionOf({ x, y }: Anchor, margin: number): Layer['position'] {
  const half = (side: 'bw' | 'bh') => ({ operator: 'div', left: { variable: side }, right: 2 }) as const
  return {
    ...(x === 0 ? { centerX: { amount: half('bw'), fromEnd: false } } : { x: { amount: margin, fromEnd: x === 1 } }),
    ...(y === 0 ? { centerY: { amount: half('bh'), fromEnd: false } } : { y: { amount: margin, fromEnd: y === 1 } }),
  }
}
