/** Reads the weights of TensorFlow.js models: a manifest in the model's JSON, numbers in one or more files beside it. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const quantization = z.object({
  dtype: z.enum(['float16', 'uint8', 'uint16']),
  scale: z.number().optional(),
  min: z.number().optional(),
})
const weight = z.object({
  name: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  dtype: z.enum(['float32', 'int32']),
  quantization: quantization.optional(),
})
type Weight = z.infer<typeof weight>

export const weightsManifest = z.array(z.object({ paths: z.array(z.string()), weights: z.array(weight) }))
export type WeightsManifest = z.infer<typeof weightsManifest>

export interface Tensor {
  shape: readonly number[]
  /** Row by row, the last dimension fastest. */
  data: Float32Array | Int32Array
}

/**
 * @param read bytes of a file by its name in the manifest; default: beside the model
 * @throws Error when the files are shorter than the manifest says
 */
export async function readWeights(
  modelPath: string,
  manifest: WeightsManifest,
  read: (name: string) => Buffer | Promise<Buffer> = (name) => readFile(join(dirname(modelPath), name)),
): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>()
  for (const { paths, weights } of manifest) {
    const bytes = Buffer.concat(await Promise.all(paths.map(read)))
    let at = 0
    for (const entry of weights) {
      const count = entry.shape.reduce((product, size) => product * size, 1)
      const end = at + count * widthOf(entry)
      if (end > bytes.length) throw new Error(`${modelPath}: the weights end before ${entry.name}`)
      tensors.set(entry.name, { shape: entry.shape, data: readNumbers(bytes.subarray(at, end), count, entry) })
      at = end
    }
  }
  return tensors
}

function widthOf({ quantization }: Weight): number {
  if (quantization === undefined) return 4
  return quantization.dtype === 'uint8' ? 1 : 2
}

function readNumbers(bytes: Buffer, count: number, { dtype, quantization }: Weight): Float32Array | Int32Array {
  if (quantization === undefined) {
    if (dtype === 'int32') return Int32Array.from({ length: count }, (_, index) => bytes.readInt32LE(index * 4))
    return Float32Array.from({ length: count }, (_, index) => bytes.readFloatLE(index * 4))
  }
  const { dtype: stored, scale = 1, min = 0 } = quantization
  const read = {
    float16: (index: number) => halfToFloat(bytes.readUInt16LE(index * 2)),
    uint8: (index: number) => bytes.readUInt8(index) * scale + min,
    uint16: (index: number) => bytes.readUInt16LE(index * 2) * scale + min,
  }[stored]
  const numbers = Float32Array.from({ length: count }, (_, index) => read(index))
  return dtype === 'int32' ? Int32Array.from(numbers, Math.round) : numbers
}

/** IEEE 754 binary16 as a number. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
