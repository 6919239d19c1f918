import { describe, expect, it } from 'vitest'
import type { Model } from '../../../../core/processing/model.ts'
import { runModels } from './models.ts'
import type { View } from './raster.ts'
import { createSessions } from './sessions.ts'
import { channelMeans, constant, tinyModel, tinyOnnx } from './test-models.ts'

const sessions = createSessions()
const plain = (red: number, green: number, blue: number, width = 8, height = 8): View => {
  const data = Buffer.alloc(width * height * 3)
  for (let at = 0; at < data.length; at += 3) data.set([red, green, blue], at)
  return { data, width, height }
}
const means = tinyOnnx(4, (draft, image) => ({ out: channelMeans(draft, image) }))
const found = (model: Model, view = plain(250, 125, 0)) => runModels(view, [model], sessions)
const numbers = async (model: Model, view?: View) => {
  const { outputs, failures } = await found(model, view)
  expect(failures).toBeUndefined()
  return outputs.tiny ?? []
}
const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 4))

describe('a view becomes the numbers a model wants', () => {
  const vector = (input: Partial<Model['input']>, view?: View) => {
    const model = tinyModel(means, {
      decoder: 'softmax',
      outputs: { logits: 'out' },
      parameters: { temperature: 1000 },
    })
    return numbers({ ...model, input: { ...model.input, ...input } }, view).then((probabilities) =>
      probabilities.map((probability) => Math.log(probability / (probabilities[2] ?? 1)) * 1000),
    )
  }

  it('in the order of its channels, shifted and scaled', async () => {
    expect(await vector({})).toEqual(close([250, 125, 0]))
    expect(await vector({ channels: 'BGR' })).toEqual(close([-250, -125, 0]))
    expect(await vector({ mean: [50, 25, 0], std: [2, 4, 1] })).toEqual(close([100, 25, 0]))
  })

  it('with borders, cropped or stretched', async () => {
    const view = plain(200, 100, 0, 16, 8)
    expect((await vector({ resize: 'contain' }, view))[0]).toBeCloseTo(100, 0)
    expect((await vector({ resize: 'cover' }, view))[0]).toBeCloseTo(200, 0)
    expect((await vector({ resize: 'stretch' }, view))[0]).toBeCloseTo(200, 0)
  })

  it('with channels last', async () => {
    const onnx = tinyOnnx(0, (draft, image) => {
      const turned = draft.node('Transpose', [image], null, { perm: { ints: [0, 3, 1, 2] } })
      return { out: channelMeans(draft, turned) }
    })
    const model = tinyModel(onnx, { decoder: 'vector', outputs: { vector: 'out' } })
    // The tiny file says 3 channels first, whatever; with a side of 3 both layouts have the same shape.
    const input = { ...model.input, width: 3, height: 3, layout: 'NHWC' as const }
    const { embedding } = await found({ ...model, input })
    expect(embedding).toEqual(close([250, 125, 0].map((value) => value / Math.hypot(250, 125))))
  })
})

describe('decoders', () => {
  it('softmax: probabilities of classes that exclude each other', async () => {
    const model = tinyModel(means, {
      decoder: 'softmax',
      outputs: { logits: 'out' },
      labels: ['red', 'green', 'blue'],
      parameters: { temperature: 125 },
    })
    const [e2, e1] = [Math.exp(2), Math.exp(1)]
    expect(await numbers(model)).toEqual(close([e2, e1, 1].map((power) => power / (e2 + e1 + 1))))
  })

  it('sigmoid-set: each class for itself', async () => {
    const model = tinyModel(means, {
      decoder: 'sigmoid-set',
      outputs: { logits: 'out' },
      parameters: { temperature: 125 },
    })
    expect(await numbers(model)).toEqual(close([1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(-1)), 0.5]))
  })

  it('mean-of-bins: the mean rating, calibrated', async () => {
    const onnx = tinyOnnx(4, (draft) => ({ bins: constant(draft, [1, 4], [0.1, 0.2, 0.3, 0.4]) }))
    const model = tinyModel(onnx, { decoder: 'mean-of-bins', outputs: { bins: 'bins' } })
    expect(await numbers(model)).toEqual(close([3]))
    const points = [[1, 0] as const, [2, 4] as const, [4, 8] as const]
    expect(await numbers({ ...model, calibration: points })).toEqual(close([6]))
    expect(await numbers({ ...model, calibration: points.slice(0, 2) })).toEqual(close([4]))
  })

  it('what an aesthetic model says stands by itself', async () => {
    const onnx = tinyOnnx(4, (draft) => ({ bins: constant(draft, [1, 4], [0.1, 0.2, 0.3, 0.4]) }))
    const model = tinyModel(onnx, { decoder: 'mean-of-bins', outputs: { bins: 'bins' } })
    expect((await found({ ...model, task: 'aesthetic' })).aesthetic).toBeCloseTo(3)
    expect(await found({ ...model, task: 'classify' })).not.toHaveProperty('aesthetic')
  })

  it('affine: a linear head', async () => {
    const parts = { decoder: 'affine', outputs: { vector: 'out' } } as const
    const head = { weights: [0.01, 0.02, 5], bias: 1 }
    expect(await numbers(tinyModel(means, { ...parts, parameters: head }))).toEqual(close([6]))
    const unit = 1 + (250 * 0.01 + 125 * 0.02) / Math.hypot(250, 125)
    expect(await numbers(tinyModel(means, { ...parts, parameters: { ...head, normalise: 1 } }))).toEqual(close([unit]))
  })

  it('vector: the picture as a vector of length 1', async () => {
    const { embedding } = await found(
      tinyModel(means, { decoder: 'vector', outputs: { vector: 'out' } }),
      plain(30, 0, 40),
    )
    expect(embedding).toEqual(close([0.6, 0, 0.8]))
  })

  it('cosine-prompts: the best of each label’s prompts', async () => {
    const parameters = {
      prompts: [
        [2, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      owners: [0, 1, 0],
      scale: 10,
      bias: -4,
    }
    const model = tinyModel(means, {
      decoder: 'cosine-prompts',
      outputs: { vector: 'out' },
      labels: ['a', 'b'],
      parameters,
    })
    const view = plain(30, 0, 40)
    expect(await numbers(model, view)).toEqual(close([1 / (1 + Math.exp(-4)), 1 / (1 + Math.exp(4))]))
    const exclusive = { ...model, parameters: { ...parameters, exclusive: 1 } }
    expect(await numbers(exclusive, view)).toEqual(close([1 / (1 + Math.exp(-8)), 1 / (1 + Math.exp(8))]))
  })

  it('centernet-heatmap: peaks become boxes, each class has its maximum', async () => {
    const [rows, columns] = [4, 4]
    const map = (...peaks: [place: number, value: number][]) => {
      const values = new Array<number>(rows * columns).fill(0.01)
      for (const [place, value] of peaks) values[place] = value
      return values
    }
    const onnx = tinyOnnx(16, (draft) => ({
      heat: constant(draft, [1, 2, rows, columns], [...map([5, 0.9], [6, 0.8]), ...map([10, 0.2])]),
      sides: constant(draft, [1, 4, rows, columns], new Array<number>(64).fill(4)),
      features: constant(draft, [1, 3], [1, 2, 3]),
    }))
    const model = tinyModel(onnx, {
      decoder: 'centernet-heatmap',
      outputs: { heatmap: 'heat', sides: 'sides', embedding: 'features' },
      labels: ['bed', 'sink'],
      parameters: { stride: 4, minConfidence: 0.5, maxOverlap: 0.5, most: 10 },
    })
    const { objects, classes, embedding, models } = await found({
      ...model,
      input: { ...model.input, width: 16, height: 16 },
    })
    expect(objects).toEqual([
      { name: 'bed', confidence: expect.closeTo(0.9, 5), box: { x: 0, y: 0, width: 0.5, height: 0.5 } },
    ])
    expect(classes).toEqual(close([0.9, 0.2]))
    expect(embedding).toEqual([1, 2, 3])
    expect(models).toEqual([`tiny@${model.sha256.slice(0, 8)}`])
  })

  it('blazeface-boxes: anchors become faces, out of the borders that made the picture square', async () => {
    const fine = new Array<number>(4 * 16).fill(0)
    fine.splice(3 * 16, 4, 0, 0, 4, 4)
    const onnx = tinyOnnx(8, (draft) => ({
      fineScores: constant(draft, [1, 4, 1], [-9, -9, -9, 9]),
      fineBoxes: constant(draft, [1, 4, 16], fine),
      coarseScores: constant(draft, [1, 1, 1], [-9]),
      coarseBoxes: constant(draft, [1, 1, 16], new Array<number>(16).fill(1)),
    }))
    const model = tinyModel(onnx, {
      decoder: 'blazeface-boxes',
      parameters: {
        side: 8,
        fineCells: 2,
        fineAnchors: 1,
        coarseCells: 1,
        coarseAnchors: 1,
        minConfidence: 0.5,
        maxOverlap: 0.3,
      },
    })
    const input = { ...model.input, width: 8, height: 8, resize: 'contain' as const }
    // Twice as wide as high: the picture fills the input's rows 2 to 6 of 8, the face its rows 4 to 8.
    const { faces } = await found({ ...model, input }, plain(9, 9, 9, 16, 8))
    expect(faces).toEqual([{ confidence: expect.closeTo(0.9999, 3), box: { x: 0.5, y: 0.5, width: 0.5, height: 0.5 } }])
  })
})

it('faces are looked for again where persons are', async () => {
  const people = tinyModel(
    tinyOnnx(16, (draft) => ({
      heatmap: constant(draft, [1, 1, 4, 4], [...new Array<number>(5).fill(0), 0.9, ...new Array<number>(10).fill(0)]),
      sides: constant(draft, [1, 4, 4, 4], new Array<number>(64).fill(4)),
      embedding: constant(draft, [1, 1], [1]),
    })),
    {
      id: 'people',
      decoder: 'centernet-heatmap',
      labels: ['person'],
      parameters: { stride: 4, minConfidence: 0.5, maxOverlap: 0.5, most: 10 },
    },
    16,
  )
  // A face fills the model's input when its middle is white: so the whole picture has none, its upper left quarter one.
  const face = tinyOnnx(8, (draft, image) => {
    const mean = draft.node('ReduceMean', [image], null, { keepdims: { int: 0 } })
    const score = draft.node('Sub', [mean, constant(draft, [], [100])], null)
    return {
      fineScores: draft.node('Reshape', [score, draft.integers([1, 1, 1])], null),
      fineBoxes: constant(draft, [1, 1, 16], [0, 0, 4, 4, ...new Array<number>(12).fill(0)]),
      coarseScores: constant(draft, [1, 1, 1], [-9]),
      coarseBoxes: constant(draft, [1, 1, 16], new Array<number>(16).fill(0)),
    }
  })
  const parameters = {
    side: 8,
    fineCells: 1,
    fineAnchors: 1,
    coarseCells: 1,
    coarseAnchors: 1,
    minConfidence: 0.5,
    maxOverlap: 0.3,
  }
  const faces = tinyModel(face, { id: 'faces', task: 'faces', decoder: 'blazeface-boxes', parameters }, 8)
  const view = plain(0, 0, 0, 100, 100)
  for (let y = 0; y < 50; y++) view.data.fill(255, y * 300, y * 300 + 150)
  expect((await runModels(view, [faces], sessions)).faces).toEqual([])
  const seen = await runModels(view, [people, faces], sessions)
  const [found, ...others] = seen.faces
  expect(others).toEqual([])
  // The person is the quarter; its upper square is 65 wide, the face half of that in its middle.
  const [start, side] = close([0.1625, 0.325])
  expect(found?.box).toEqual({ x: start, y: start, width: side, height: side })
})

it('the embedding is that of a model made for it, whoever comes first', async () => {
  const model = (id: string, task: Model['task']) =>
    tinyModel(means, { id, task, decoder: 'vector', outputs: { vector: 'out' } })
  const first = await runModels(plain(30, 0, 40), [model('one', 'detect'), model('two', 'classify')], sessions)
  expect([first.embeddedBy, Object.keys(first.outputs)]).toEqual([expect.stringMatching(/^one@/), ['two/vector']])
  const made = await runModels(plain(30, 0, 40), [model('one', 'detect'), model('two', 'embed')], sessions)
  expect([made.embeddedBy, Object.keys(made.outputs)]).toEqual([expect.stringMatching(/^two@/), ['one/vector']])
})

describe('a model that does not run', () => {
  const good = tinyModel(means, { id: 'good', decoder: 'vector', outputs: { vector: 'out' } })
  const broken = {
    'a file that is no model': tinyModel(Buffer.from('no model'), { decoder: 'vector' }),
    'a file that is gone': { ...tinyModel(Buffer.from('gone'), { decoder: 'vector' }), path: '/nowhere/model.onnx' },
    'an output that is not there': tinyModel(means, { decoder: 'vector', outputs: { vector: 'other' } }),
    'an input of another shape': { ...good, id: 'tiny', input: { ...good.input, width: 5 } },
    'too few labels': tinyModel(means, { decoder: 'softmax', outputs: { logits: 'out' }, labels: ['one'] }),
    'prompts that are missing': tinyModel(means, { decoder: 'cosine-prompts', outputs: { vector: 'out' } }),
  }

  it.each(Object.entries(broken))('%s: is named, and the others go on', async (_, model) => {
    const { embedding, models, failures } = await runModels(plain(30, 0, 40), [model, good], sessions)
    expect(embedding).toHaveLength(3)
    expect(models).toEqual([`good@${good.sha256.slice(0, 8)}`])
    expect(failures).toEqual([{ model: 'tiny', message: expect.stringMatching(/./) }])
  })

  it('is not meant when it changes pictures', async () => {
    const { models, failures } = await runModels(plain(1, 2, 3), [tinyModel(means, { decoder: 'pixels' })], sessions)
    expect([models, failures]).toEqual([[], undefined])
  })

  it('says the same numbers every time', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => found(good)))
    expect(new Set(runs.map((run) => JSON.stringify(run))).size).toBe(1)
  })
})
