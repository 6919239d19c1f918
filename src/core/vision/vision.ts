/** Looks at pictures and judges them: the one way for APIs and jobs. */
import { Readable } from 'node:stream'
import { DomainError } from '../errors.ts'
import type { EngineOptions, EngineSource, ImageEngine, ModelShelf } from '../ports.ts'
import type { ModelTask } from '../processing/model.ts'
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
  /** Has a child load the models ahead of expected looks, unless one looked lately; never waits, never fails. */
  warm(): void
  /** Whether a model is ready that names what is in pictures. */
  detects(): Promise<boolean>
  /** The heads that the project has switched on, remembered: asking costs no query. */
  headsOf(project: string): Promise<ProjectHeads>
  /** Pure: the same sight and heads are always judged the same. */
  judge(sight: Sight, heads?: ProjectHeads): Judgement
}

/** Children without work end after a minute. */
const warmMs = 50_000
/** A grey square, as PNG. */
const greySquare =
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAMAAABEpIrGAAAAA1BMVEWAgICQdD0xAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAE0lEQVQ4jWNgGAWjYBSMAgasAAAEIAABMVaGxQAAAABJRU5ErkJggg=='

/** How long a request waits to hear which models are ready. */
const readyMs = 50

export function createVision(options: VisionOptions): Vision {
  const { engine, shelf, heads: active, requireModels, minConfidence } = options

  async function demand(): Promise<void> {
    const missing = (await shelf.states()).filter(({ wanted, status }) => wanted && status !== 'ready')
    if (missing.length === 0) return
    const names = missing.map(({ id, status }) => `${id} (${status})`).join(', ')
    throw modelsMissing(`Models that the settings demand are not ready: ${names}`)
  }

  let lastLook = Number.NEGATIVE_INFINITY

  async function look(source: EngineSource, lookOptions: EngineOptions): Promise<Sight> {
    if (requireModels) await demand()
    const models = (await shelf.ready()).filter(({ task }) => !tools.has(task))
    lastLook = performance.now()
    const sight = await engine.look(source, models, lookOptions)
    if (sight.failures === undefined) return sight
    await shelf.report(sight.failures)
    if (requireModels) await demand()
    return sight
  }

  return {
    look,
    warm() {
      if (performance.now() - lastLook < warmMs) return
      lastLook = performance.now()
      const stream = Readable.from([Buffer.from(greySquare, 'base64')], { objectMode: false })
      look({ stream }, { lane: 'batch', deadlineMs: warmMs }).catch(() => undefined)
    },
    async check() {
      engine.admit('interactive', 'look')
      if (!requireModels) return
      const ready = demand().then(() => true)
      // Not waited for any more when it is late, and then it may fail.
      ready.catch(() => undefined)
      if ((await soon(ready, readyMs)) === undefined) throw modelsMissing('The models are being loaded')
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
