/** A view as the numbers that a model wants, and the way back from its coordinates to the picture's. */
import sharp from 'sharp'
import type { ModelInput } from '../../../../core/processing/model.ts'
import type { Box } from '../../../../core/processing/sight.ts'
import type { View } from './raster.ts'

export interface Prepared {
  data: Float32Array
  shape: number[]
  frame: Frame
}

/** Where the picture lies inside the model's input: shares of the picture = (share of the input - offset) / size. */
export interface Frame {
  x: number
  y: number
  width: number
  height: number
}

/** `part`: shown to the model instead of the whole picture; the frame still leads to the whole. */
export async function prepare(whole: View, input: ModelInput, part?: Box): Promise<Prepared> {
  const cut = part && pixelsOf(part, whole)
  const view = cut === undefined ? whole : await cutOut(whole, cut)
  const width = input.width === 0 ? view.width : input.width
  const height = input.height === 0 ? view.height : input.height
  const pixels = await resize(view, width, height, input.resize)
  const shape = input.layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3]
  const frame = frameOf(view, width, height, input.resize)
  return { data: normalise(pixels, input), shape, frame: cut === undefined ? frame : widen(frame, cut, whole) }
}

/** Whole pixels of a part, at least one, inside the picture. */
function pixelsOf({ x, y, width, height }: Box, view: View): Box {
  const [left, top] = [Math.floor(x * view.width), Math.floor(y * view.height)]
  const right = Math.min(view.width, Math.max(left + 1, Math.ceil((x + width) * view.width)))
  const bottom = Math.min(view.height, Math.max(top + 1, Math.ceil((y + height) * view.height)))
  return { x: left, y: top, width: right - left, height: bottom - top }
}

async function cutOut(view: View, { x, y, width, height }: Box): Promise<View> {
  const raw = { width: view.width, height: view.height, channels: 3 as const }
  const data = await sharp(view.data, { raw }).extract({ left: x, top: y, width, height }).raw().toBuffer()
  return { data, width, height }
}

/** Where the whole picture lies when `cut` (in pixels of it) lies in `frame`. */
function widen(frame: Frame, cut: Box, { width, height }: View): Frame {
  const [across, down] = [frame.width / cut.width, frame.height / cut.height]
  return { x: frame.x - cut.x * across, y: frame.y - cut.y * down, width: across * width, height: down * height }
}

async function resize(view: View, width: number, height: number, kind: ModelInput['resize']): Promise<Buffer> {
  if (view.width === width && view.height === height) return view.data
  const raw = { width: view.width, height: view.height, channels: 3 as const }
  const fit = kind === 'stretch' ? 'fill' : kind
  return await sharp(view.data, { raw })
    .resize({ width, height, fit, kernel: 'linear', background: '#000' })
    .raw()
    .toBuffer()
}

function normalise(pixels: Buffer, { layout, channels, mean, std }: ModelInput): Float32Array {
  const count = pixels.length / 3
  const data = new Float32Array(pixels.length)
  for (let channel = 0; channel < 3; channel++) {
    const from = channels === 'RGB' ? channel : 2 - channel
    const [start, step] = layout === 'NCHW' ? [channel * count, 1] : [channel, 3]
    const [shift = 0, scale = 1] = [mean[channel], std[channel]]
    for (let pixel = 0; pixel < count; pixel++) {
      data[start + pixel * step] = ((pixels[pixel * 3 + from] ?? 0) - shift) / scale
    }
  }
  return data
}

function frameOf(view: View, width: number, height: number, kind: ModelInput['resize']): Frame {
  if (kind === 'stretch') return { x: 0, y: 0, width: 1, height: 1 }
  const [across, down] = [width / view.width, height / view.height]
  const scale = kind === 'contain' ? Math.min(across, down) : Math.max(across, down)
  const [share, upright] = [(view.width * scale) / width, (view.height * scale) / height]
  return { x: (1 - share) / 2, y: (1 - upright) / 2, width: share, height: upright }
}
