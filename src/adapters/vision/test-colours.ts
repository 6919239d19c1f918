/** For tests: a tiny model that sees the colours of pictures and reads their names, pulled as an operator would. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { channelMeans, tinyOnnx } from '../engine/child/vision/test-models.ts'
import { writeOnnx } from './convert/onnx.ts'
import type { ManifestInput } from './manifest.ts'
import { createPulls } from './pulls.ts'

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

/** The model `colours`, ready in this models folder. */
export async function pullColours(folder: string): Promise<void> {
  const files = mkdtempSync(join(tmpdir(), 'imagestead-colours-'))
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
}
