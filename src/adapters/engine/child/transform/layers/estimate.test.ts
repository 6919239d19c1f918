import { expect, it } from 'vitest'
import type { Layer } from '../../../../../core/processing/transformation.ts'
import { contextOf, photograph } from '../../steps/pictures.fixtures.ts'
import { layerBytes } from './estimate.ts'
import { block, image, red, text } from './layers.fixtures.ts'

const base = { width: 1000, height: 1000 }
const MB = 1_000_000

async function bytesOf(...layers: Layer[]) {
  const picture = await photograph(2000, 1000).jpeg().toBuffer()
  const transform = { parts: [], images: ['picture'], fonts: [], accepts: [] }
  return layerBytes([{ type: 'step', layers }], base, await contextOf([picture, picture], { transform })) / MB
}

it('grows with what is drawn: blocks, texts, pictures as they are read, nested ones too', async () => {
  expect(await bytesOf()).toBe(0)
  expect(await bytesOf(block(1000, 1000, red))).toBe(12)
  expect(await bytesOf(block(1000, 1000, red, {}, [{ type: 'step', layers: [block(1000, 500, red)] }]))).toBe(18)
  expect(await bytesOf(image())).toBe(24)
  expect(await bytesOf(image({}, [{ type: 'step', width: 200 }]))).toBeLessThan(2)
  expect(await bytesOf(image({}, [{ type: 'step', width: 4000, height: 4000 }]))).toBe(192)
  expect(await bytesOf(text('Hello'))).toBeLessThan(1)
  expect(await bytesOf(text('Hello', { fontSize: 2000 }))).toBeGreaterThan(100)
})
