/** The thread that holds the codes of projects and goes through them: a search of a million must not stop the event loop. */
import { parentPort } from 'node:worker_threads'
import { basisOf, type LikenessBasis } from '../../core/vision/likeness.ts'
import { type Codes, createCodes, type Rows } from './codes.ts'

export type Request =
  /** Begins a table, or begins it anew; its first rows say what pictures have in common. */
  | { kind: 'begin'; table: string; dimensions: number; rows: Rows }
  | { kind: 'add'; table: string; rows: Rows }
  | { kind: 'trim'; table: string; most: number }
  | { kind: 'drop'; table: string }
  | { kind: 'nearest'; table: string; vector: Int8Array; scale: number; count: number }

export type Message = Request & { id: number }

export interface Answer {
  id: number
  /** Of `nearest`. */
  assets?: string[]
  /** Of `begin`. */
  basis?: LikenessBasis
  /** Of the table afterwards. */
  rows: number
  error?: string
}

const tables = new Map<string, Codes>()

parentPort?.on('message', (message: Message) => {
  try {
    parentPort?.postMessage(answer(message))
  } catch (error) {
    parentPort?.postMessage({ id: message.id, rows: 0, error: error instanceof Error ? error.message : String(error) })
  }
})

function answer(message: Message): Answer {
  const { id, table: name } = message
  if (message.kind === 'begin') {
    const { basis, mean } = basisOfRows(message.rows, message.dimensions)
    const codes = createCodes(mean)
    codes.add(message.rows)
    tables.set(name, codes)
    return { id, basis, rows: codes.rows() }
  }
  const codes = tables.get(name)
  if (codes === undefined) throw new Error('there is no such table')
  switch (message.kind) {
    case 'add':
      codes.add(message.rows)
      break
    case 'trim':
      codes.trim(message.most)
      break
    case 'drop':
      tables.delete(name)
      return { id, rows: 0 }
    case 'nearest':
      return { id, rows: codes.rows(), assets: codes.nearest(message.vector, message.scale, message.count) }
  }
  return { id, rows: codes.rows() }
}

/** The basis that likeness is measured from, and the plain mean that bits are set above. */
function basisOfRows({ count, vectors, scales }: Rows, dimensions: number) {
  const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength)
  const sample = Array.from({ length: count }, (_, row) => ({
    scale: scales[row] ?? 0,
    bytes: bytes.subarray(row * dimensions, (row + 1) * dimensions),
  }))
  const mean = new Float32Array(dimensions)
  for (let row = 0; row < count; row += 1) {
    for (let at = 0; at < dimensions; at += 1) {
      mean[at] = (mean[at] ?? 0) + ((vectors[row * dimensions + at] ?? 0) * (scales[row] ?? 0)) / count
    }
  }
  return { basis: basisOf(sample, dimensions), mean }
}
