import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readManifests } from './manifests.ts'
import { openShelf } from './shelf.ts'

const emptyFolder = () => mkdtempSync(join(tmpdir(), 'imagestead-shelf-'))
const own = {
  id: 'own',
  task: 'classify',
  license: 'ours',
  source: { kind: 'file', file: 'own.onnx' },
  sha256: null,
  bytes: 3,
  input: {
    name: 'image',
    width: 4,
    height: 4,
    layout: 'NCHW',
    channels: 'RGB',
    mean: [0, 0, 0],
    std: [1, 1, 1],
    resize: 'stretch',
  },
  outputs: { logits: 'out' },
  decoder: 'softmax',
}

describe('the shelf', () => {
  it('has the bundled models ready in a fresh folder, with the hashes of their manifests', async () => {
    const shelf = await openShelf({ folder: emptyFolder(), use: ['bundled'] })
    const ready = await shelf.ready()
    expect(ready.map(({ id }) => id)).toEqual(['centernet-384', 'blazeface'])
    const manifests = await readManifests(emptyFolder())
    for (const { id, sha256 } of ready) expect(sha256).toBe(manifests.find((known) => known.id === id)?.sha256)
  })

  it('converts what the build did not, once for all who wait', async () => {
    const folder = emptyFolder()
    const shelves = await Promise.all([1, 2].map(() => openShelf({ folder, use: ['centernet-512'] })))
    const ready = await Promise.all([...shelves, ...shelves].map((shelf) => shelf.ready()))
    for (const models of ready)
      expect(models.map(({ id, input }) => [id, input.width])).toEqual([['centernet-512', 512]])
    expect(readdirSync(join(folder, 'centernet-512'))).toEqual(['model.onnx'])
  })

  it('converts a spoilt file again', async () => {
    const folder = emptyFolder()
    mkdirSync(join(folder, 'blazeface'))
    writeFileSync(join(folder, 'blazeface', 'model.onnx'), 'spoilt')
    const [model] = await (await openShelf({ folder, use: ['blazeface'] })).ready()
    expect(readFileSync(model?.path ?? '')).toHaveLength(552_424)
  })

  it('does without weights when told to', async () => {
    const shelf = await openShelf({ folder: emptyFolder(), use: ['features'] })
    expect(await shelf.ready()).toEqual([])
    const states = await shelf.states()
    expect(states.filter(({ wanted }) => wanted)).toEqual([])
    expect(states.find(({ id }) => id === 'centernet-384')).toMatchObject({ status: 'switched off', tier: 'bundled' })
    expect(states.find(({ id }) => id === 'siglip2-base-224')).toMatchObject({ status: 'not pulled', tier: 'hub' })
  })

  it('leaves out what a look could not run, until its file is another', async () => {
    const shelf = await openShelf({ folder: emptyFolder(), use: ['blazeface'] })
    await shelf.ready()
    await shelf.report([{ model: 'blazeface', message: 'no such operator' }])
    expect(await shelf.ready()).toEqual([])
    const states = await shelf.states()
    expect(states.find(({ id }) => id === 'blazeface')).toMatchObject({ status: 'broken', message: 'no such operator' })
  })

  it('tells the log once what is wanted and not ready', async () => {
    const said: object[] = []
    const log = { warn: (details: object) => said.push(details) }
    const shelf = await openShelf({ folder: emptyFolder(), use: ['blazeface', 'siglip2-base-224'], log })
    await shelf.states()
    await shelf.report([{ model: 'blazeface', message: 'no such operator' }])
    await shelf.states()
    await shelf.ready()
    expect(said).toEqual([
      { model: 'siglip2-base-224', status: 'not pulled', reason: expect.stringContaining('models pull') },
      { model: 'blazeface', status: 'broken', reason: 'no such operator' },
    ])
  })

  it('names an unknown model of the setting', async () => {
    await expect(openShelf({ folder: emptyFolder(), use: ['bundled', 'centrenet'] })).rejects.toThrow(
      /VISION_MODELS: there is no model "centrenet".*centernet-384/,
    )
  })
})

describe('the operator’s own manifests', () => {
  const withManifest = (value: unknown) => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'own.json'), typeof value === 'string' ? value : JSON.stringify(value))
    return folder
  }

  it('are known, and their files have to be checked in first', async () => {
    const folder = withManifest(own)
    writeFileSync(join(folder, 'own.onnx'), 'abc')
    const state = async () =>
      (await (await openShelf({ folder, use: ['own'] })).states()).find(({ id }) => id === 'own')
    expect(await state()).toMatchObject({ status: 'wrong hash' })
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    writeFileSync(join(folder, 'own.json'), JSON.stringify({ ...own, sha256 }))
    expect(await state()).toMatchObject({ status: 'ready', sha256 })
  })

  it('wait for parameters that no manifest can hold', async () => {
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    const folder = withManifest({ ...own, sha256, decoder: 'affine', needs: ['weights'], parameters: { bias: 1 } })
    writeFileSync(join(folder, 'own.onnx'), 'abc')
    const shelf = () => openShelf({ folder, use: ['own'] })
    const state = async () => (await (await shelf()).states()).find(({ id }) => id === 'own')
    expect(await state()).toMatchObject({ status: 'not pulled', message: expect.stringContaining('lacks weights') })
    mkdirSync(join(folder, 'own'))
    writeFileSync(join(folder, 'own', 'parameters.json'), '{"weights": "heavy"}')
    expect(await state()).toMatchObject({ status: 'broken', message: expect.stringContaining('parameters.json') })
    writeFileSync(join(folder, 'own', 'parameters.json'), '{"weights": [1, 2]}')
    expect((await (await shelf()).ready())[0]?.parameters).toEqual({ bias: 1, weights: [1, 2] })
  })

  it.each([
    ['nothing of JSON', '{', /own\.json is not JSON/],
    ['a wrong field', { ...own, task: 'guess' }, /own\.json is no model manifest: task: /],
    ['a field inside', { ...own, input: { ...own.input, std: [1, 0, 1] } }, /input\.std: must not be 0/],
    ['a field too many', { ...own, hash: 'x' }, /hash/],
    ['a way out of the folder', { ...own, source: { kind: 'file', file: '../own.onnx' } }, /source\.file/],
  ])('are refused at start, the field named: %s', async (_, value, message) => {
    await expect(openShelf({ folder: withManifest(value), use: ['bundled'] })).rejects.toThrow(message)
  })
})
