/** From pictures that were looked at to a head, whichever kind it is. */
import { DomainError, invalid } from '../../errors.ts'
import type { Sight } from '../../processing/sight.ts'
import { type Label, labels } from '../labels.ts'
import { rulesFor } from '../rules/weigh.ts'
import { createBreath } from './breath.ts'
import { trainLabels } from './label-head.ts'
import type { TrainedHead } from './records.ts'
import { trainTaste } from './taste-head.ts'

/** Of each label. */
export const leastExamples = 5
export const leastPairs = 10
/** Of one head: training stays a matter of seconds. */
export const mostExamples = 1000

/** A lesson whose pictures were looked at; `picture` tells pictures apart. */
export type SeenLesson =
  | { kind: 'labels'; examples: readonly { label: Label; sight: Sight }[] }
  | { kind: 'taste'; pairs: readonly { better: Seen; worse: Seen }[] }

export interface Seen {
  picture: string
  sight: Sight
}

/** @throws DomainError `invalid` as `checkCounts`; `conflict` when the pictures were looked at by different models */
export async function learn(lesson: SeenLesson, signal: AbortSignal): Promise<TrainedHead> {
  const breath = createBreath(signal)
  if (lesson.kind === 'labels') {
    checkCounts(lesson.examples.map(({ label }) => label))
    const known = labels.filter((name) => lesson.examples.some(({ label }) => label === name))
    const models = commonModels(lesson.examples.map(({ sight }) => sight))
    const examples = lesson.examples.map((example) => ({ ...example, rules: rulesFor(example.sight, known) }))
    return { models, ...(await trainLabels(known, examples, breath)) }
  }
  checkPairs(lesson.pairs.length)
  const pictures = new Map(
    lesson.pairs.flatMap(({ better, worse }) => [better, worse]).map((seen) => [seen.picture, seen]),
  )
  const sights = [...pictures.values()].map(({ sight }) => sight)
  const places = new Map([...pictures.keys()].map((picture, place) => [picture, place]))
  const placeOf = ({ picture }: Seen) => places.get(picture) ?? 0
  const pairs = lesson.pairs.map(({ better, worse }) => ({ better: placeOf(better), worse: placeOf(worse) }))
  return { models: commonModels(sights), ...(await trainTaste(sights, pairs, breath)) }
}

/** @throws DomainError `invalid`: too few or too many, says of what */
export function checkCounts(given: readonly Label[]): void {
  const known = labels.filter((label) => given.includes(label))
  if (known.length < 2)
    throw invalid(
      'examples',
      'examples must show at least two labels: a head tells labels apart. Add pictures of another one.',
    )
  for (const label of known) {
    const count = given.filter((each) => each === label).length
    if (count < leastExamples) {
      throw invalid(
        'examples',
        `examples has ${count} ${count === 1 ? 'picture' : 'pictures'} of ${label}; every label needs at least ${leastExamples}. Add more, or leave ${label} out.`,
      )
    }
  }
  if (given.length > mostExamples) throw invalid('examples', tooMany(given.length))
}

/** @throws DomainError `invalid` */
export function checkPairs(count: number): void {
  if (count < leastPairs)
    throw invalid('pairs', `pairs has ${count}; a taste needs at least ${leastPairs}, and is good from about 50 on.`)
  if (count > mostExamples) throw invalid('pairs', tooMany(count))
}

const tooMany = (count: number) =>
  `A head learns from at most ${mostExamples} examples; ${count} were given. Send fewer.`

/** Models that looked at all of them. */
function commonModels(sights: readonly Sight[]): string[] {
  const [first] = sights
  const alike = sights.every(
    ({ embedding, classes }) =>
      embedding?.length === first?.embedding?.length && classes?.length === first?.classes?.length,
  )
  const models = (first?.models ?? []).filter((model) => sights.every((sight) => sight.models.includes(model)))
  if (first?.embedding && alike && models.length > 0) return models
  throw new DomainError(
    'conflict',
    'The pictures were not all looked at by the same models; have the library scored again (imagestead score --again), then train.',
  )
}
