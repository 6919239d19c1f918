/**
 * `node sentences.js <order as JSON>` prints the vectors of sentences as JSON. A process for one order: the text half of a
 * model is large and needed once.
 */
import { readFile } from 'node:fs/promises'
import { Tokenizer } from '@huggingface/tokenizers'
import { InferenceSession, Tensor } from 'onnxruntime-node'

interface Order {
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
  sentences: readonly string[]
}

const order: Order = JSON.parse(process.argv[2] ?? '{}')
const [definition, settings] = await Promise.all([readJson(order.tokenizer), readJson(order.tokenizerConfig)])
const tokenizer = new Tokenizer(definition, settings)
const session = await InferenceSession.create(order.file, { intraOpNumThreads: 1, logSeverityLevel: 3 })
const vectors: number[][] = []
for (const sentence of order.sentences) vectors.push(await embed(sentence))
process.stdout.write(JSON.stringify(vectors))

async function embed(sentence: string): Promise<number[]> {
  const { ids } = tokenizer.encode(sentence)
  const used = ids.slice(0, order.length)
  const filled = [...used, ...new Array<number>(order.length - used.length).fill(order.padding)]
  const feeds = { [order.input]: integers(filled) }
  if (order.mask !== undefined) feeds[order.mask] = integers(filled.map((_, index) => (index < used.length ? 1 : 0)))
  const output = (await session.run(feeds))[order.output]
  if (!(output?.data instanceof Float32Array)) throw new Error(`the text model has no output ${order.output} of floats`)
  return [...output.data]
}

function integers(values: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length])
}

async function readJson(path: string) {
  return JSON.parse(await readFile(path, 'utf8'))
}
