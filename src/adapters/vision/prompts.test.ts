import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runModels } from '../engine/child/vision/models.ts'
import { createSessions } from '../engine/child/vision/sessions.ts'
import { channelMeans, tinyOnnx } from '../engine/child/vision/test-models.ts'
import { writeOnnx } from './convert/onnx.ts'
import type { ManifestInput } from './manifest.ts'
import { createPulls } from './pulls.ts'
import { openShelf } from './shelf.ts'

const words = ['[UNK]', 'red', 'green', 'blue']
const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab: Object.fromEntries(words.map((word, id) => [word, id])), unk_token: '[UNK]' },
}

/** A sentence's vector is the sum of its words' colours. */
const textTower = writeOnnx({
  name: 'text',
  inputs: [{ name: 'input_ids', shape: [1, 4], type: 'int64' }],
  outputs: [{ name: 'sentence', shape: null }],
  nodes: [
    { op: 'Gather', inputs: ['table', 'input_ids'], outputs: ['each'] },
    { op: 'ReduceSum', inputs: ['each', 'axes'], outputs: ['sentence'], attributes: { keepdims: { int: 0 } } },
  ],
  tensors: [
    { name: 'table', shape: [4, 3], data: Float32Array.from([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]) },
    { name: 'axes', shape: [1], data: BigInt64Array.from([1n]) },
  ],
})

const manifest: ManifestInput = {
  id: 'colours',
  task: 'embed',
  license: 'MIT',
  source: { kind: 'hub', repository: 'someone/colours', revision: 'one', file: 'onnx/vision.onnx' },
  sha256: null,
  bytes: 300,
  input: {
    name: 'image',
    width: 4,
    height: 4,
    layout: 'NCHW',
    channels: 'RGB',
    mean: [0, 0, 0],
    std: [255, 255, 255],
    resize: 'stretch',
  },
  outputs: { vector: 'out' },
  decoder: 'cosine-prompts',
  labels: ['Red', 'green blue'],
  parameters: { scale: 20, bias: -10 },
  needs: ['prompts'],
  text: {
    file: 'onnx/text.onnx',
    tokenizer: 'tokenizer.json',
    tokenizerConfig: 'tokenizer_config.json',
    input: 'input_ids',
    output: 'sentence',
    length: 4,
    padding: 0,
  },
}

it('a pull computes the vectors of the sentences, and pictures are compared with them', async () => {
  const [folder, files] = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'imagestead-prompts-'))) as [string, string]
  writeFileSync(join(folder, 'colours.json'), JSON.stringify(manifest))
  mkdirSync(join(files, 'onnx'))
  const vision = tinyOnnx(4, (draft, image) => ({ out: channelMeans(draft, image) }))
  writeFileSync(join(files, 'onnx', 'vision.onnx'), vision)
  writeFileSync(join(files, 'onnx', 'text.onnx'), textTower)
  writeFileSync(join(files, 'tokenizer.json'), JSON.stringify(tokenizer))
  writeFileSync(join(files, 'tokenizer_config.json'), '{}')

  const fetcher = { fetch: () => Promise.reject(new Error('nothing is fetched')) }
  const pulls = createPulls({ folder, fetcher, hub: 'http://127.0.0.1:1', clock: { now: () => 0 } })
  await pulls.pull('colours', { from: files, acceptLicense: false })
  const { prompts, owners } = JSON.parse(readFileSync(join(folder, 'colours', 'parameters.json'), 'utf8'))
  expect(prompts).toEqual([
    [1, 0, 0],
    [0, 1, 1],
  ])
  expect(owners).toEqual([0, 1])

  const models = await (await openShelf({ folder, use: ['colours'] })).ready()
  const view = (red: number, green: number, blue: number) => ({
    data: Buffer.from(Array.from({ length: 16 }, () => [red, green, blue]).flat()),
    width: 4,
    height: 4,
  })
  const sessions = createSessions()
  const red = await runModels(view(255, 0, 0), models, sessions)
  expect(red.outputs.colours?.map((share) => Math.round(share * 100))).toEqual([100, 0])
  const sea = await runModels(view(0, 200, 200), models, sessions)
  expect(sea.outputs.colours?.map((share) => Math.round(share * 100))).toEqual([0, 100])
  expect(sea.embedding).toEqual([0, Math.SQRT1_2, Math.SQRT1_2].map((value) => expect.closeTo(value, 5)))
})
