/** The models that a child has loaded: each once, kept while the child lives. */
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Model } from '../../../../core/processing/model.ts'

export interface Run {
  data: Float32Array
  shape: number[]
}

export interface Sessions {
  /**
   * The model's outputs by their names in the file.
   * @throws Error when the file cannot be loaded or its input does not fit: the model is broken
   */
  run(model: Pick<Model, 'sha256' | 'path' | 'input'>, input: Run): Promise<Record<string, Run>>
}

export function createSessions(): Sessions {
  const loaded = new Map<string, Promise<InferenceSession>>()

  function load({ sha256, path }: Pick<Model, 'sha256' | 'path'>): Promise<InferenceSession> {
    const known = loaded.get(sha256)
    if (known !== undefined) return known
    const session = create(path)
    loaded.set(sha256, session)
    // A file that could not be read may be readable later.
    session.catch(() => loaded.delete(sha256))
    return session
  }

  return {
    async run(model, { data, shape }) {
      const session = await load(model)
      const { Tensor } = await import('onnxruntime-node')
      const outputs = await session.run({ [model.input.name]: new Tensor('float32', data, shape) })
      return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, toRun(name, tensor)]))
    },
  }
}

/** One thread each: a second one helps a single picture and harms two; children are the way to use more cores. */
async function create(path: string): Promise<InferenceSession> {
  const { InferenceSession } = await import('onnxruntime-node')
  return await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  })
}

function toRun(name: string, { data, dims }: Tensor): Run {
  if (!(data instanceof Float32Array)) throw new Error(`output ${name} holds no floats`)
  return { data, shape: [...dims] }
}
