/**
 * `node sentences.js <the text half of a model, as JSON>`: each line of stdin is a sentence as JSON, each line of stdout
 * its vector, in the same order. It ends with stdin. A process of its own: the text half is large, and needed rarely.
 */
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Tokenizer } from '@huggingface/tokenizers'
import { InferenceSession, Tensor } from 'onnxruntime-node'

interface TextHalf {
  /** Paths. */
  file: string
  tokenizer: string
  tokenizerConfig: string
  /** Names in the file. */
  input: string
  mask?: string
  output: string
  length: number
  padding: number
}

const half: TextHalf = JSON.parse(process.argv[2] ?? '{}')
const [definition, settings] = await Promise.all([readJson(half.tokenizer), readJson(half.tokenizerConfig)])
const tokenizer = new Tokenizer(definition, settings)
const session = await InferenceSession.create(half.file, { intraOpNumThreads: 1, logSeverityLevel: 3 })
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await embed(JSON.parse(line)))}\n`)
}

async function embed(sentence: string): Promise<number[]> {
  const { ids } = tokenizer.encode(sentence)
  // A word that the tokenizer has no number for says nothing.
  const used = ids.filter((id: number) => Number.isInteger(id)).slice(0, half.length)
  const filled = [...used, ...new Array<number>(half.length - used.length).fill(half.padding)]
  const feeds = { [half.input]: integers(filled) }
  if (half.mask !== undefined) feeds[half.mask] = integers(filled.map((_, index) => (index < used.length ? 1 : 0)))
  const output = (await session.run(feeds))[half.output]
  if (!(output?.data instanceof Float32Array)) throw new Error(`the text model has no output ${half.output} of floats`)
  return [...output.data]
}

function integers(values: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length])
}

async function readJson(path: string) {
  return JSON.parse(await readFile(path, 'utf8'))
}
