/** Tiny ONNX models for tests, written byte by byte. */
import { createHash } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Model } from '../../../../core/processing/model.ts'
import { createDraft, type Draft, type Value } from '../../../vision/convert/draft.ts'
import { writeOnnx } from '../../../vision/convert/onnx.ts'

/** `build` gives the outputs by name. Input `image`, NCHW, of this side. */
export function tinyOnnx(side: number, build: (draft: Draft, image: Value) => Record<string, Value>): Buffer {
  const draft = createDraft()
  const image = draft.input('image', { channels: 3, height: side, width: side })
  for (const [name, value] of Object.entries(build(draft, image))) draft.output(name, value)
  return writeOnnx(draft.finish('tiny'))
}

/** The mean of each channel: three numbers. */
export function channelMeans(draft: Draft, image: Value): Value {
  const pooled = draft.node('GlobalAveragePool', [image], { channels: 3, height: 1, width: 1 })
  return draft.node('Flatten', [pooled], null)
}

/** These numbers, whatever the picture is. */
export function constant(draft: Draft, shape: readonly number[], data: readonly number[]): Value {
  return { name: draft.floats(shape, data), planes: null }
}

export function tinyModel(onnx: Uint8Array, parts: Partial<Model> & Pick<Model, 'decoder'>, side = 4): Model {
  const folder = mkdtempSync(join(tmpdir(), 'imagestead-model-'))
  const path = join(folder, 'model.onnx')
  writeFileSync(path, onnx)
  return {
    id: 'tiny',
    task: 'classify',
    sha256: createHash('sha256').update(onnx).digest('hex'),
    path,
    input: {
      name: 'image',
      width: side,
      height: side,
      layout: 'NCHW',
      channels: 'RGB',
      mean: [0, 0, 0],
      std: [1, 1, 1],
      resize: 'stretch',
    },
    outputs: {},
    ...parts,
  }
}
