import { describe, expect, it } from 'vitest'
import type { Step } from '../processing/transformation.ts'
import { reduce } from './reduced.ts'
import type { RenditionOrder } from './renditions.ts'

const picture = { format: 'jpg', width: 4001, height: 2999, opaque: true }
const order = (step: Omit<Step, 'type'>, more: Partial<RenditionOrder> = {}): RenditionOrder => ({
  project: 'demo',
  source: 'demo/0123456789abcdef0123456789abcdef',
  picture,
  transform: { parts: [{ type: 'step', ...step }], images: [], fonts: [], accepts: ['webp'] },
  images: [],
  fonts: [],
  ...more,
})
const sidesOf = (from: RenditionOrder | undefined) => {
  const part = from?.transform.parts[0]
  return part?.type === 'step' ? [part.width, part.height, part.mode] : undefined
}

describe('small sizes of large photos', () => {
  it('are made from one intermediate, with the sides that the original gives', () => {
    const one = reduce(order({ width: 400 }))
    expect(sidesOf(one?.intermediate)).toEqual([1000, 750, 'force'])
    expect(sidesOf(one?.order)).toEqual([400, 300, 'force'])
    // What was made small once is not shrunk roughly a second time.
    expect([one?.intermediate.transform.reduced, one?.order.transform.reduced]).toEqual([undefined, true])
    // The same for all sizes and all clients: one intermediate.
    const other = reduce({ ...order({ height: 100, mode: 'at_max', output: { format: 'webp' } }) })
    expect(other?.intermediate).toEqual(one?.intermediate)
    expect(sidesOf(other?.order)).toEqual([133, 100, 'force'])
    expect(sidesOf(reduce(order({ width: 300, dpr: 2 }))?.order)).toEqual([600, 450, 'force'])
    expect(sidesOf(reduce(order({ width: 0.1 }))?.order)).toEqual([400, 300, 'force'])
  })

  it.each<[string, Omit<Step, 'type'>]>([
    ['larger than 640', { width: 641 }],
    ['larger than 640 by dpr', { width: 330, dpr: 2 }],
    ['no size', {}],
    ['a crop', { width: 200, height: 200 }],
    ['an extract', { width: 200, height: 100, mode: 'extract' }],
    ['padding', { width: 200, height: 200, mode: 'pad_resize' }],
    ['a zoom', { width: 200, zoom: 2 }],
    ['an effect', { width: 200, sharpen: true }],
    ['a border', { width: 200, border: { width: 2, color: { red: 0, green: 0, blue: 0, alpha: 1 } } }],
    ['a turn', { width: 200, rotate: 90 }],
    ['lossless', { width: 200, output: { lossless: true } }],
    ['PNG', { width: 200, output: { format: 'png' } }],
    ['a high quality', { width: 200, output: { quality: 91 } }],
    ['metadata', { width: 200, output: { metadata: true } }],
  ])('not with %s', (_what, step) => {
    expect(reduce(order(step))).toBeUndefined()
  })

  it('not of small, transparent, drawn or unknown pictures, of pages, or in chains', () => {
    const small = { ...picture, width: 2000, height: 2000 }
    expect(reduce(order({ width: 200 }, { picture: small }))).toBeUndefined()
    expect(reduce(order({ width: 200 }, { picture: { ...picture, opaque: false } }))).toBeUndefined()
    expect(reduce(order({ width: 200 }, { picture: { ...picture, format: 'png' } }))).toBeUndefined()
    expect(reduce(order({ width: 200 }, { page: 1 }))).toBeUndefined()
    const { picture: _none, ...unknown } = order({ width: 200 })
    expect(reduce(unknown)).toBeUndefined()
    const chain = order({ width: 200 })
    const parts = [...chain.transform.parts, ...chain.transform.parts]
    expect(reduce({ ...chain, transform: { ...chain.transform, parts } })).toBeUndefined()
    // A strip whose short side has no pixels to spare.
    const strip = { ...picture, width: 12_000, height: 400 }
    expect(reduce(order({ width: 640 }, { picture: strip }))).toMatchObject({})
    expect(reduce(order({ height: 30 }, { picture: strip }))).toBeUndefined()
  })
})
