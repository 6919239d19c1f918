import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runModels } from '../engine/child/vision/models.ts'
import { createSessions } from '../engine/child/vision/sessions.ts'
import { openShelf } from './shelf.ts'
import { pullColours } from './test-colours.ts'
import { createWordReader } from './words.ts'

it('a pull computes the vectors of the sentences, and pictures are compared with them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'imagestead-prompts-'))
  await pullColours(folder)
  const { prompts, owners } = JSON.parse(readFileSync(join(folder, 'colours', 'parameters.json'), 'utf8'))
  expect(prompts).toEqual([
    [1, 0, 0],
    [0, 1, 1],
  ])
  expect(owners).toEqual([0, 1])

  const shelf = await openShelf({ folder, use: ['colours'] })
  const models = await shelf.ready()
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

  // Words of a search lie in the space of the pictures.
  const clock = { now: () => 0 }
  const words = createWordReader({ folder, shelf, clock })
  const space = `${red.embeddedBy}/3`
  expect(await words.read('RED', 60_000)).toMatchObject({ space, bytes: Uint8Array.of(127, 0, 0) })
  expect(await words.read('green blue', 60_000)).toMatchObject({ space, bytes: Uint8Array.of(0, 127, 127) })
  expect(await words.read('mauve', 60_000)).toBeUndefined()
  words.close()
  // Not while nobody may run it, and not without its other half.
  expect(await createWordReader({ folder, shelf: { ready: async () => [] }, clock }).read('red', 9)).toBe(undefined)
  rmSync(join(folder, 'colours', 'text-tokenizer.json'))
  const lost = createWordReader({ folder, shelf, clock })
  await expect(lost.read('red', 60_000)).rejects.toThrow('run: imagestead models pull colours')
})
