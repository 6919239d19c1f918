/** A view as the numbers that a model wants, and the way back from its coordinates to the picture's. */
import sharp from 'sharp'
import type { ModelInput } from '../../../../core/processing/model.ts'
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

export async function prepare(view: View, input: ModelInput): Promise<Prepared> {
  const width = input.width === 0 ? view.width : input.width
  const height = input.height === 0 ? view.height : input.height
  const pixels = await resize(view, width, height, input.resize)
  const shape = input.layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3]
  return { data: normalise(pixels, input), shape, frame: frameOf(view, width, height, input.resize) }
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
