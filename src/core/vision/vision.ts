/** Looks at pictures and judges them: the one way for APIs and jobs. */
import { DomainError } from '../errors.ts'
import type { EngineOptions, EngineSource, ImageEngine, ModelShelf } from '../ports.ts'
import type { Model, ModelTask } from '../processing/model.ts'
import type { Sight } from '../processing/sight.ts'
import type { ActiveHeads } from './heads/active.ts'
import { fitting, noHeads, type ProjectHeads } from './heads/open.ts'
import type { Judgement } from './judgement.ts'
import { labelOf, labelVersion } from './label.ts'
import { scoreOf, scoreVersion } from './score.ts'

/** They change pictures and say nothing of them. */
const tools = new Set<ModelTask>(['mask', 'upscale'])

export interface VisionOptions {
  engine: Pick<ImageEngine, 'look' | 'admit'>
  shelf: ModelShelf
  /** Rather no answer than one without a model that the settings want. */
  requireModels: boolean
  /** Absent: nobody has any. */
  heads?: ActiveHeads
  /** Below it a label is `unknown`. */
  minConfidence: number
  /** Models, by id or task, without which nothing is judged: no lower tier stands in for them. */
  requires?: readonly string[]
}

export interface Vision {
  /**
   * One decode, every feature and every model that is ready.
   * @throws DomainError as `ImageEngine.look`; `unavailable` while models are missing that the settings demand
   */
  look(source: EngineSource, options: EngineOptions): Promise<Sight>
  /**
   * Returns when a look would be taken on now.
   * @throws DomainError `overloaded` with retryAt; `unavailable` (extra code `models_missing`) while models are missing, or
   * still being made ready, that the settings demand
   */
  check(): Promise<void>
  /** Whether a model is ready that names what is in pictures. */
  detects(): Promise<boolean>
  /** The heads that the project has switched on, remembered: asking costs no query. */
  headsOf(project: string): Promise<ProjectHeads>
  /** Pure: the same sight and heads are always judged the same. */
  judge(sight: Sight, heads?: ProjectHeads): Judgement
}

/** How long a request waits to hear which models are ready. */
const readyMs = 50

export function createVision(options: VisionOptions): Vision {
  const { engine, shelf, heads: active, requireModels, minConfidence, requires = [] } = options

  async function demand(models: readonly Model[]): Promise<void> {
    const missing = requires.filter((name) => !models.some(({ id, task }) => id === name || task === name))
    if (missing.length > 0) throw modelsMissing(`The models ${missing.join(', ')} are not ready`)
    if (!requireModels) return
    const wanted = (await shelf.states()).filter(({ wanted, status }) => wanted && status !== 'ready')
    if (wanted.length === 0) return
    const names = wanted.map(({ id, status }) => `${id} (${status})`).join(', ')
    throw modelsMissing(`Models that the settings demand are not ready: ${names}`)
  }

  return {
    async look(source, options) {
      const models = (await shelf.ready()).filter(({ task }) => !tools.has(task))
      await demand(models)
      const sight = await engine.look(source, models, options)
      if (sight.failures === undefined) return sight
      await shelf.report(sight.failures)
      await demand(await shelf.ready())
      return sight
    },
    async check() {
      engine.admit('interactive', 'look')
      if (requires.length === 0 && !requireModels) return
      const models = await soon(shelf.ready(), readyMs)
      if (models === undefined) throw modelsMissing('The models are being loaded')
      await demand(models)
    },
    async detects() {
      return (await shelf.ready()).some(({ task }) => task === 'detect')
    },
    headsOf: (project) => active?.of(project) ?? Promise.resolve(noHeads),
    judge(sight, heads = noHeads) {
      const known = fitting(heads, sight)
      const version = [scoreVersion, labelVersion, ...known.versions, ...sight.models].join(' ')
      return { ...scoreOf(sight, { taste: known.taste?.rate }), ...labelOf(sight, minConfidence, known), version }
    },
  }
}

/** The promise's value, or undefined when it takes longer. */
async function soon<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

const modelsMissing = (why: string) =>
  new DomainError('unavailable', `${why}; \`imagestead models list\` on the server shows them. Try again shortly.`, {
    extra: { code: 'models_missing' },
  })
