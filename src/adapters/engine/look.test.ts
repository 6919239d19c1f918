/** The bundled models in real children, on a photo that an npm package ships. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { packageRoot } from '../../paths.ts'
import { openShelf } from '../vision/shelf.ts'
import { createEngine } from './engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'imagestead-look-'))
const human = join(packageRoot, 'node_modules', '@vladmandic', 'human')
/** A page with the portraits of five people. */
const photo = join(human, 'assets', 'screenshot-facedetect.jpg')
const engine = createEngine({
  ...{ workers: 1, lookers: 2, queue: 10, memoryBytes: 2e9, childJobs: 100, childBytes: 1e9, idleMs: 60_000 },
  limits: { pixels: 120e6, side: 65_535, frames: 1000, framePixels: 500e6 },
  workDir: folder,
})
afterAll(() => engine.close())

it('objects, faces and the embedding of a photo, the same from every child', async () => {
  const models = await (await openShelf({ folder, use: ['bundled'] })).ready()
  const look = () => engine.look({ path: photo }, models, { lane: 'interactive', deadlineMs: 60_000 })
  const sights = await Promise.all([look(), look(), look()])
  const [sight] = sights
  expect(new Set(sights.map((one) => JSON.stringify(one))).size).toBe(1)
  expect(sight?.failures).toBeUndefined()
  expect(sight?.models).toEqual(models.slice(0, 2).map(({ id, sha256 }) => `${id}@${sha256.slice(0, 8)}`))
  expect(sight?.classes).toHaveLength(80)
  expect(sight?.embedding).toHaveLength(480)
  const portraits = sight?.objects.filter(({ name, confidence }) => name === 'person' && confidence > 0.5)
  expect(portraits).toHaveLength(5)
  for (const { box } of portraits ?? []) {
    const inside = sight?.faces.filter(({ confidence, box: face }) => {
      const [x, y] = [face.x + face.width / 2, face.y + face.height / 2]
      return confidence > 0.8 && x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height
    })
    expect(inside?.length).toBeGreaterThan(0)
  }
})

it('goes on without a model whose file is none', async () => {
  const models = await (await openShelf({ folder, use: ['bundled'] })).ready()
  const [detector, ...others] = models
  if (detector === undefined) throw new Error('there is no detector')
  const broken = { ...detector, id: 'broken', path: photo, sha256: 'b'.repeat(64) }
  const sight = await engine.look({ path: photo }, [broken, ...others], { lane: 'interactive', deadlineMs: 60_000 })
  expect(sight.failures).toEqual([{ model: 'broken', message: expect.stringMatching(/./) }])
  expect([sight.classes, sight.embedding]).toEqual([null, null])
  expect(sight.faces.length).toBeGreaterThan(0)
})
