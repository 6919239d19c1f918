/** Upscaling and removing backgrounds through real children, with tiny models in the place of large ones. Needs dist/. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blue, look, photo, red, solid } from '../../../test/support/pictures.ts'
import type { EngineOptions, ImageEngine } from '../../core/ports.ts'
import type { Model } from '../../core/processing/model.ts'
import type { Operations } from '../../core/processing/operations.ts'
import { convolution, upsample } from '../vision/convert/draft.ts'
import { tinyModel, tinyOnnx } from './child/vision/test-models.ts'
import { createEngine } from './engine.ts'

let folder: string
let engine: ImageEngine
const options: EngineOptions = { lane: 'interactive', deadlineMs: 60_000 }

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tools-'))
  engine = createEngine({
    workers: 1,
    queue: 10,
    memoryBytes: 2 ** 31,
    childJobs: 1000,
    childBytes: 2 ** 30,
    idleMs: 60_000,
    limits: { pixels: 120_000_000, side: 65_535, frames: 100, framePixels: 500_000_000 },
    workDir: folder,
  })
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

async function run(bytes: Buffer, operations: Operations, models: readonly Model[]) {
  const [from, to] = [join(folder, 'in'), join(folder, 'out')]
  writeFileSync(from, bytes)
  const sources = [{ path: from }]
  const job = { sources, operations, output: { format: 'png' as const }, models, tolerant: false }
  const result = await engine.run(job, { path: to }, options)
  return { result, picture: await look(await sharp(to).png().toBuffer()) }
}

/** Left half red, right half blue. */
async function halves(width: number, height: number): Promise<Buffer> {
  return await sharp(await solid(width, height, blue))
    .composite([{ input: await solid(width / 2, height, red), left: 0, top: 0 }])
    .png()
    .toBuffer()
}

/** What is red is the subject. */
function redMask(): Model {
  const onnx = tinyOnnx(32, (draft, image) => ({
    mask: convolution(draft, image, {
      shape: [1, 1, 3, 1],
      kernel: Float32Array.from([1 / 255, 0, 0]),
      bias: undefined,
      strides: [1, 1],
      dilations: [1, 1],
      padding: 'SAME',
      depthwise: false,
    }),
  }))
  return tinyModel(onnx, { id: 'red-mask', task: 'mask', decoder: 'mask', parameters: { stretch: 1 } }, 32)
}

describe('removing the background', () => {
  it('a mask model says what the subject is', async () => {
    const { result, picture } = await run(await halves(200, 120), { removeBackground: true }, [redMask()])
    expect(result.failures).toBeUndefined()
    expect(picture.at(30, 60)).toEqual([...red, 255])
    expect(picture.at(3, 3)).toEqual([...red, 255])
    expect(picture.at(170, 60)).toEqual([0, 0, 0, 0])
  })
  it('a mask model that does not run is done without, and named', async () => {
    const broken = tinyModel(Buffer.from('no model'), { id: 'broken', task: 'mask', decoder: 'mask' })
    const { result, picture } = await run(await halves(200, 120), { removeBackground: true }, [broken])
    expect(result.failures).toEqual([{ model: 'broken', message: expect.any(String) }])
    expect([picture.width, picture.height, picture.alpha]).toEqual([200, 120, true])
  })
})

describe('upscaling', () => {
  it('a model works tile by tile, and no seam shows', async () => {
    const onnx = tinyOnnx(0, (draft, image) => ({ pixels: upsample(draft, image, [2, 2], 'nearest') }))
    const model = tinyModel(onnx, { id: 'twice', task: 'upscale', decoder: 'pixels', parameters: { factor: 2 } }, 0)
    const bytes = await photo(450, 230, 'png')
    const { result, picture } = await run(bytes, { upscale: { factor: 2 } }, [model])
    expect([result.width, result.height]).toEqual([900, 460])
    const before = await look(bytes)
    for (let y = 0; y < 460; y += 7) {
      for (let x = 0; x < 900; x += 3) expect(picture.at(x, y)).toEqual(before.at(x >> 1, y >> 1))
    }
  })
  it('a model for another factor is not asked', async () => {
    const broken = tinyModel(Buffer.from('no model'), { task: 'upscale', decoder: 'pixels', parameters: { factor: 2 } })
    const { result } = await run(await photo(40, 30), { upscale: { factor: 4 } }, [broken])
    expect(result).toMatchObject({ width: 160, height: 120 })
    expect(result.failures).toBeUndefined()
  })
})
