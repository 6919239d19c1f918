/** Each operation of the converter against the plain arithmetic of its definition, channels last as the source has it. */
import { createHash } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSessions } from '../../engine/child/vision/sessions.ts'
import { convertGraphModel } from './graph-model.ts'
import { convertLayersModel } from './layers-model.ts'
import { type OnnxGraph, writeOnnx } from './onnx.ts'
import { halfToFloat } from './weights.ts'

/** [row][column][channel] */
type Picture = number[][][]
type Weights = Record<string, { shape: number[]; data: number[]; dtype?: 'int32' }>

const sessions = createSessions()
const side = 5
const input: Picture = grid(side, side, (y, x) => [y * 2 - x, x + 0.5, (y * x) % 3])

function grid(rows: number, columns: number, at: (y: number, x: number) => number[]): Picture {
  return Array.from({ length: rows }, (_, y) => Array.from({ length: columns }, (_, x) => at(y, x)))
}

const series = (count: number) => Array.from({ length: count }, (_, index) => ((index * 7) % 11) / 4 - 1)
const base64 = (text: string) => ({ s: Buffer.from(text).toString('base64') })
const ints = (...values: number[]) => ({ list: { i: values.map(String) } })

/** A model folder with one group of plain weights. */
function writeModel(model: object, weights: Weights): string {
  const path = join(mkdtempSync(join(tmpdir(), 'imagestead-convert-')), 'model.json')
  const entries = Object.entries(weights)
  const manifest = entries.map(([name, { shape, dtype = 'float32' }]) => ({ name, shape, dtype }))
  const bytes = entries.flatMap(([, { data, dtype }]) =>
    Buffer.from((dtype ? Int32Array : Float32Array).from(data).buffer),
  )
  writeFileSync(join(path, '..', 'weights.bin'), Buffer.concat(bytes))
  writeFileSync(path, JSON.stringify({ ...model, weightsManifest: [{ paths: ['weights.bin'], weights: manifest }] }))
  return path
}

async function run(graph: OnnxGraph, picture = input) {
  const bytes = writeOnnx(graph)
  const path = join(mkdtempSync(join(tmpdir(), 'imagestead-convert-')), 'model.onnx')
  writeFileSync(path, bytes)
  const [rows, columns, channels] = [picture.length, picture[0]?.length ?? 0, picture[0]?.[0]?.length ?? 0]
  const data = Float32Array.from({ length: rows * columns * channels }, (_, at) => {
    const [channel, place] = [Math.floor(at / (rows * columns)), at % (rows * columns)]
    return picture[Math.floor(place / columns)]?.[place % columns]?.[channel] ?? 0
  })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const image = { name: 'image', width: 0, height: 0, layout: 'NCHW', channels: 'RGB', resize: 'stretch' } as const
  const model = { sha256, path, input: { ...image, mean: [0, 0, 0], std: [1, 1, 1] } as const }
  const { out } = await sessions.run(model, { data, shape: [1, channels, rows, columns] })
  if (out === undefined) throw new Error('there is no output')
  return out
}

/** The value of the graph's last node. */
async function ofGraph(nodes: object[], weights: Weights) {
  const placeholder = {
    name: 'in',
    op: 'Placeholder',
    attr: { shape: { shape: { dim: [1, side, side, 3].map((size) => ({ size: String(size) })) } } },
  }
  const constants = Object.keys(weights).map((name) => ({ name, op: 'Const' }))
  const named = nodes.map((node, index) => ({ name: `n${index}`, ...node }))
  const model = { format: 'graph-model', modelTopology: { node: [placeholder, ...constants, ...named] } }
  const path = writeModel(model, weights)
  return run(await convertGraphModel(path, { side, outputs: [{ name: 'out', node: `n${nodes.length - 1}` }] }))
}

function asPicture({ data, shape }: { data: Float32Array; shape: number[] }): Picture {
  const [, channels = 0, rows = 0, columns = 0] = shape
  return grid(rows, columns, (y, x) =>
    Array.from({ length: channels }, (_, channel) => data[(channel * rows + y) * columns + x] ?? 0),
  )
}

const close = (picture: Picture) =>
  picture.map((row) => row.map((place) => place.map((value) => expect.closeTo(value, 4))))

/** TensorFlow's window: with SAME, the odd pixel of the border is after. */
function windows(size: number, kernel: number, stride: number, same: boolean): { count: number; first: number } {
  if (!same) return { count: Math.floor((size - kernel) / stride) + 1, first: 0 }
  const count = Math.ceil(size / stride)
  return { count, first: -Math.floor(Math.max(0, (count - 1) * stride + kernel - size) / 2) }
}

function eachPlace(kernel: number, stride: number, same: boolean, at: (y: number, x: number) => number[]): Picture {
  const { count, first } = windows(side, kernel, stride, same)
  return grid(count, count, (y, x) => at(first + y * stride, first + x * stride))
}

const valueAt = (y: number, x: number, channel: number) => input[y]?.[x]?.[channel] ?? 0

describe('a converted graph computes what its source says', () => {
  it.each([
    [1, true],
    [2, true],
    [2, false],
  ])('convolution, stride %i, SAME %s, with bias and relu6', async (stride, same) => {
    const [kernel, bias] = [series(3 * 3 * 3 * 2), [0.5, 4]]
    const nodes = [
      {
        op: '_FusedConv2D',
        input: ['in', 'k', 'b'],
        attr: {
          strides: ints(1, stride, stride, 1),
          dilations: ints(1, 1, 1, 1),
          padding: base64(same ? 'SAME' : 'VALID'),
          fused_ops: { list: { s: [base64('BiasAdd').s, base64('Relu6').s] } },
        },
      },
    ]
    const weights = { k: { shape: [3, 3, 3, 2], data: kernel }, b: { shape: [2], data: bias } }
    const expected = eachPlace(3, stride, same, (top, left) =>
      bias.map((start, output) => {
        let sum = start
        for (let y = 0; y < 3; y++)
          for (let x = 0; x < 3; x++)
            for (let channel = 0; channel < 3; channel++)
              sum += valueAt(top + y, left + x, channel) * (kernel[((y * 3 + x) * 3 + channel) * 2 + output] ?? 0)
        return Math.min(6, Math.max(0, sum))
      }),
    )
    expect(asPicture(await ofGraph(nodes, weights))).toEqual(close(expected))
  })

  it.each([
    ['k', 'in'],
    ['in', 'k'],
  ])('hard swish, written out with %s · %s, and the gate alone', async (...factors) => {
    const weights = { k: { shape: [], data: [0.1666259765625] }, three: { shape: [], data: [3] } }
    const gate = [
      { op: 'AddV2', input: ['in', 'three'] },
      { op: 'Relu6', input: ['n0'] },
    ]
    const opened = (value: number) => Math.min(1, Math.max(0, value / 6 + 0.5))
    const swish = [...gate, { op: 'Mul', input: factors }, { op: 'Mul', input: ['n2', 'n1'] }]
    const swished = input.map((row) => row.map((place) => place.map((value) => value * opened(value))))
    expect(asPicture(await ofGraph(swish, weights))).toEqual(close(swished))
    const alone = input.map((row) => row.map((place) => place.map(opened)))
    expect(asPicture(await ofGraph([...gate, { op: 'Mul', input: ['k', 'n1'] }], weights))).toEqual(close(alone))
  })

  it('depthwise convolution with two outputs for each channel', async () => {
    const kernel = series(3 * 3 * 3 * 2)
    const attr = { strides: ints(1, 2, 2, 1), padding: base64('SAME') }
    const out = await ofGraph([{ op: 'DepthwiseConv2dNative', input: ['in', 'k'], attr }], {
      k: { shape: [3, 3, 3, 2], data: kernel },
    })
    const expected = eachPlace(3, 2, true, (top, left) =>
      Array.from({ length: 6 }, (_, output) => {
        let sum = 0
        for (let y = 0; y < 3; y++)
          for (let x = 0; x < 3; x++)
            sum += valueAt(top + y, left + x, Math.floor(output / 2)) * (kernel[(y * 3 + x) * 6 + output] ?? 0)
        return sum
      }),
    )
    expect(asPicture(out)).toEqual(close(expected))
  })

  it('the largest of a window', async () => {
    const attr = { ksize: ints(1, 2, 2, 1), strides: ints(1, 2, 2, 1), padding: base64('SAME') }
    const expected = eachPlace(2, 2, true, (top, left) =>
      [0, 1, 2].map((channel) =>
        Math.max(...[0, 1].flatMap((y) => [0, 1].map((x) => input[top + y]?.[left + x]?.[channel] ?? -99))),
      ),
    )
    expect(asPicture(await ofGraph([{ op: 'MaxPool', input: ['in'], attr }], {}))).toEqual(close(expected))
  })

  it('bilinear resizing to twice the size', async () => {
    const attr = { align_corners: { b: false }, half_pixel_centers: { b: false } }
    const weights: Weights = { size: { shape: [2], data: [10, 10], dtype: 'int32' } }
    const expected = grid(10, 10, (y, x) => {
      const [top, left] = [Math.floor(y / 2), Math.floor(x / 2)]
      const [down, right] = [Math.min(top + 1, side - 1), Math.min(left + 1, side - 1)]
      const [v, h] = [y / 2 - top, x / 2 - left]
      return [0, 1, 2].map(
        (channel) =>
          (1 - v) * ((1 - h) * valueAt(top, left, channel) + h * valueAt(top, right, channel)) +
          v * ((1 - h) * valueAt(down, left, channel) + h * valueAt(down, right, channel)),
      )
    })
    const out = await ofGraph([{ op: 'ResizeBilinear', input: ['in', 'size'], attr }], weights)
    expect(asPicture(out)).toEqual(close(expected))
  })

  it('arithmetic with constants of the whole and of channels, then channels side by side', async () => {
    const weights: Weights = {
      half: { shape: [], data: [0.5] },
      each: { shape: [3], data: [1, 2, 3] },
      axis: { shape: [], data: [3], dtype: 'int32' },
    }
    const nodes = [
      { op: 'Mul', input: ['half', 'in'] },
      { op: 'AddV2', input: ['n0', 'each'] },
      { op: 'Relu', input: ['n1'] },
      { op: 'Sub', input: ['n2', 'in'] },
      { op: 'Sigmoid', input: ['n3'] },
      { op: 'ConcatV2', input: ['n4', 'in', 'axis'] },
    ]
    const expected = input.map((row) =>
      row.map((place) => {
        const changed = place.map((value, channel) => {
          const kept = Math.max(0, value * 0.5 + channel + 1)
          return 1 / (1 + Math.exp(value - kept))
        })
        return [...changed, ...place]
      }),
    )
    expect(asPicture(await ofGraph(nodes, weights))).toEqual(close(expected))
  })

  it('borders on all four axes', async () => {
    const weights: Weights = { pads: { shape: [4, 2], data: [0, 0, 1, 0, 0, 2, 0, 1], dtype: 'int32' } }
    const expected = grid(6, 7, (y, x) => [...[0, 1, 2].map((channel) => valueAt(y - 1, x, channel)), 0])
    expect(asPicture(await ofGraph([{ op: 'Pad', input: ['in', 'pads'] }], weights))).toEqual(close(expected))
  })

  it('reshaping keeps the order of the source', async () => {
    const weights: Weights = { shape: { shape: [2], data: [-1, 3], dtype: 'int32' } }
    const { data, shape } = await ofGraph([{ op: 'Reshape', input: ['in', 'shape'] }], weights)
    expect(shape).toEqual([side * side, 3])
    expect([...data]).toEqual(input.flat(2))
  })

  it('the mean of the picture', async () => {
    const weights: Weights = { axes: { shape: [2], data: [1, 2], dtype: 'int32' } }
    const { data } = await ofGraph([{ op: 'Mean', input: ['in', 'axes'], attr: { keep_dims: { b: true } } }], weights)
    const means = [0, 1, 2].map((channel) => {
      const values = input.flatMap((row) => row.map((place) => place[channel] ?? 0))
      return values.reduce((sum, value) => sum + value, 0) / values.length
    })
    expect([...data]).toEqual(means.map((value) => expect.closeTo(value, 4)))
  })

  it('refuses an operation it does not know, by its name', async () => {
    await expect(ofGraph([{ op: 'Softplus', input: ['in'] }], {})).rejects.toThrow(/Softplus of n0/)
  })
})

describe('a converted layers model', () => {
  it('takes pictures of any size', async () => {
    const layer = (kind: string, name: string, config: object, ...from: string[]) => ({
      class_name: kind,
      name,
      config: { name, ...config },
      inbound_nodes: from.length === 0 ? [] : [from.map((source) => [source, 0, 0, {}])],
    })
    const convolution = { padding: 'same', strides: [1, 1], dilation_rate: [1, 1], activation: 'linear' }
    const layers = [
      layer('InputLayer', 'in', {}),
      layer('Conv2D', 'c', convolution, 'in'),
      layer('Activation', 'r', { activation: 'relu' }, 'c'),
      layer('Add', 'a', {}, 'r', 'in'),
      layer('Concatenate', 'cc', { axis: 3 }, 'a', 'in'),
      layer('UpSampling2D', 'u', { size: [2, 2], interpolation: 'nearest' }, 'cc'),
    ]
    const config = { layers, output_layers: [['u', 0, 0]] }
    const model = { format: 'layers-model', modelTopology: { model_config: { config } } }
    const turned = [0, 1, 0, 1, 0, 0, 0, 0, -1]
    const path = writeModel(model, {
      'c/kernel': { shape: [1, 1, 3, 3], data: turned },
      'c/bias': { shape: [3], data: [0, 0, 1] },
    })
    const graph = await convertLayersModel(path, { side: 0, outputs: [{ name: 'out', node: 'u' }] })
    for (const picture of [input, input.slice(0, 2)]) {
      const expected = grid(picture.length * 2, side * 2, (y, x) => {
        const [red = 0, green = 0, blue = 0] = picture[Math.floor(y / 2)]?.[Math.floor(x / 2)] ?? []
        const mixed = [green, red, 1 - blue].map((value) => Math.max(0, value))
        return [red + (mixed[0] ?? 0), green + (mixed[1] ?? 0), blue + (mixed[2] ?? 0), red, green, blue]
      })
      expect(asPicture(await run(graph, picture))).toEqual(close(expected))
    }
  })
})

it('half floats are read exactly', () => {
  expect([0x0000, 0x8000, 0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff].map(halfToFloat)).toEqual([
    0,
    -0,
    1,
    -2,
    0.333251953125,
    2 ** -24,
    65504,
  ])
  expect(halfToFloat(0x7c00)).toBe(Number.POSITIVE_INFINITY)
  expect(halfToFloat(0x7e00)).toBeNaN()
})
