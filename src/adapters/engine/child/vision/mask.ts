/** What a model of the task `mask` says of each pixel of a view: 1 subject, 0 background. */
import type { Model } from '../../../../core/processing/model.ts'
import { redraw } from '../cutout/planes.ts'
import { sigmoid } from './decoders/decoder.ts'
import { prepare } from './prepare.ts'
import type { View } from './raster.ts'
import type { Sessions } from './sessions.ts'

/**
 * The output `mask` has as many values as the model's picture has pixels. `parameters.sigmoid` 1: they are logits;
 * `parameters.stretch` 1: the least becomes 0 and the greatest 1.
 * @throws Error: the model is broken
 */
export async function maskOf(view: View, model: Model, sessions: Sessions): Promise<Float32Array> {
  const { input, outputs, parameters = {} } = model
  const { data, shape, frame } = await prepare(view, input)
  const [height = 0, width = 0] = input.layout === 'NCHW' ? shape.slice(2) : shape.slice(1)
  const name = outputs.mask ?? 'mask'
  const output = (await sessions.run(model, { data, shape }))[name]
  if (output === undefined) throw new Error(`the file has no output ${name}`)
  if (output.data.length !== width * height) {
    throw new Error(`output ${name} is ${output.shape.join('x')}, not one value for each of ${width}x${height} pixels`)
  }
  let values: Float32Array = output.data
  if (parameters.sigmoid === 1) values = values.map(sigmoid)
  if (parameters.stretch === 1) values = stretched(values)
  const area = {
    left: Math.max(0, Math.round(frame.x * width)),
    top: Math.max(0, Math.round(frame.y * height)),
    right: Math.min(width, Math.round((frame.x + frame.width) * width)),
    bottom: Math.min(height, Math.round((frame.y + frame.height) * height)),
  }
  const size = { width: area.right - area.left, height: area.bottom - area.top }
  const own = new Float32Array(size.width * size.height)
  for (let row = 0; row < size.height; row++) {
    const from = (area.top + row) * width + area.left
    own.set(values.subarray(from, from + size.width), row * size.width)
  }
  return redraw(own, size, view)
}

function stretched(values: Float32Array): Float32Array {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  const range = Math.max(1e-6, most - least)
  return values.map((value) => (value - least) / range)
}
