/** Looks at pictures and judges them: the one way for APIs and jobs. */
import { DomainError } from '../errors.ts'
import type { EngineOptions, EngineSource, ImageEngine, ModelShelf } from '../ports.ts'
import type { ModelTask } from '../processing/model.ts'
import type { Sight } from '../processing/sight.ts'
import type { Judgement } from './judgement.ts'
import { labelOf, labelVersion } from './label.ts'
import { scoreOf, scoreVersion } from './score.ts'

/** They change pictures and say nothing of them. */
const tools = new Set<ModelTask>(['mask', 'upscale'])

export interface VisionOptions {
  engine: Pick<ImageEngine, 'look'>
  shelf: ModelShelf
  /** Rather no answer than one without a model that the settings want. */
  requireModels: boolean
  /** Below it a label is `unknown`. */
  minConfidence: number
}

export interface Vision {
  /**
   * One decode, every feature and every model that is ready.
   * @throws DomainError as `ImageEngine.look`; `unavailable` while models are missing that the settings demand
   */
  look(source: EngineSource, options: EngineOptions): Promise<Sight>
  /** Pure: the same sight is always judged the same. */
  judge(sight: Sight): Judgement
}

export function createVision({ engine, shelf, requireModels, minConfidence }: VisionOptions): Vision {
  async function demand(): Promise<void> {
    const missing = (await shelf.states()).filter(({ wanted, status }) => wanted && status !== 'ready')
    if (missing.length === 0) return
    const names = missing.map(({ id, status }) => `${id} (${status})`).join(', ')
    throw new DomainError('unavailable', `Models that the settings demand are not ready: ${names}.`)
  }

  return {
    async look(source, options) {
      if (requireModels) await demand()
      const models = (await shelf.ready()).filter(({ task }) => !tools.has(task))
      const sight = await engine.look(source, models, options)
      if (sight.failures === undefined) return sight
      await shelf.report(sight.failures)
      if (requireModels) await demand()
      return sight
    },
    judge(sight) {
      const version = [scoreVersion, labelVersion, ...sight.models].join(' ')
      return { ...scoreOf(sight), ...labelOf(sight, minConfidence), version }
    },
  }
}
