/** Scores photos and spoilt copies of them in engine children, as many at once as there are. */
import { openLooking } from '../../compose/operator.ts'
import type { Config } from '../../config.ts'
import { DomainError } from '../../core/errors.ts'
import type { Degradation } from '../../core/processing/degradation.ts'
import type { Sight } from '../../core/processing/sight.ts'
import type { ScoreJudgement } from '../../core/vision/judgement.ts'
import { scoreOf, scoreVersion } from '../../core/vision/score.ts'
import type { Photo } from './photos.ts'

export interface Scorer {
  /** What makes the numbers: the score's version, and the models that take part. */
  version: string
  score(photo: Photo, degradation?: Degradation): Promise<ScoreJudgement & { sight: Sight }>
  /** `work` on every photo, some at once; the results in order. A photo that cannot be read is left out and said so. */
  each<T>(photos: readonly Photo[], work: (photo: Photo) => Promise<T>): Promise<T[]>
}

export async function withScorer<T>(config: Config, work: (scorer: Scorer) => Promise<T>): Promise<T> {
  const looking = await openLooking(config)
  try {
    // Others say what is in a picture, which its score does not ask.
    const models = (await looking.shelf.ready()).filter(({ task }) => task === 'aesthetic')
    const version = [scoreVersion, ...models.map(({ id, sha256 }) => `${id}@${sha256.slice(0, 8)}`)].join(' ')
    const options = { lane: 'batch' as const, deadlineMs: 60_000, sheds: false }
    return await work({
      version,
      async score({ path }, degradation) {
        const sight = await looking.engine.look({ path }, models, options, degradation)
        return { ...scoreOf(sight), sight }
      },
      each: (photos, one) => eachOf(photos, config.VISION_WORKERS, one),
    })
  } finally {
    await looking.close()
  }
}

/** `work` on every photo, `atOnce` of them at once; the results in order. What cannot be read is left out and said so. */
export async function eachOf<P extends Photo, T>(
  photos: readonly P[],
  atOnce: number,
  work: (photo: P) => Promise<T>,
): Promise<T[]> {
  const results = new Map<number, T>()
  const left = [...photos.entries()]
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, photo] = next
      try {
        results.set(index, await work(photo))
      } catch (error) {
        if (!(error instanceof DomainError)) throw error
        process.stderr.write(`${photo.path} is left out: ${error.message}\n`)
      }
      progress(results.size, photos.length)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return [...results].sort(([one], [other]) => one - other).map(([, result]) => result)
}

/** On a terminal only: output is often kept. */
function progress(done: number, all: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all} photos${done === all ? '\n' : ''}`)
}
