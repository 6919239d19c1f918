/**
 * `imagestead eval labels`: how good the labels are on a folder of photos named `<house>_<label>.jpg`. Nothing is tuned
 * by it; heads of the few-shot part learn from some houses and are judged on the others.
 */
import { realpath } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { openLooking } from '../../compose/operator.ts'
import type { Config } from '../../config.ts'
import { DomainError } from '../../core/errors.ts'
import type { Sight } from '../../core/processing/sight.ts'
import { evaluateLabels } from '../../core/vision/evaluation/labels.ts'
import { labelsMarkdown } from '../../core/vision/evaluation/labels-markdown.ts'
import { labelVersion } from '../../core/vision/label.ts'
import { type Label, labels } from '../../core/vision/labels.ts'
import { usage } from '../operator.ts'
import { eachOf } from './looking.ts'
import { findPhotos, type Photo } from './photos.ts'
import { deliver, reportOptions } from './report.ts'

const options = {
  photos: { type: 'string' },
  'few-shot': { type: 'string', default: '3,5,10,20' },
  draws: { type: 'string', default: '5' },
  'out-of-set': { type: 'string', multiple: true },
  except: { type: 'string', default: '' },
  seed: { type: 'string', default: '1' },
  ...reportOptions,
} as const

/** Other names that sets of photos have for our labels. */
const synonyms: Readonly<Record<string, Label>> = { frontal: 'facade', front: 'facade', garden: 'outdoors' }

export async function evaluateLabelFolder(args: string[], config: Config): Promise<number> {
  const { values } = parseArgs({ args, options })
  if (values.photos === undefined) {
    throw usage(
      'eval labels --photos DIR [--few-shot 3,5,10,20] [--draws 5] [--out-of-set DIR ...] [--except HOUSES] [--seed 1]',
    )
  }
  const left = new Set(values.except.split(',').map((house) => house.trim()))
  const photos = (await findPhotos(values.photos, 'all')).flatMap(named).filter(({ group }) => !left.has(group))
  if (photos.length === 0)
    throw new DomainError('invalid', `--photos: no photo in ${values.photos} is named <house>_<label>.jpg.`)
  const found = (await Promise.all((values['out-of-set'] ?? []).map((folder) => findPhotos(folder, 'all')))).flat()
  const others = await once(found)
  const looking = await openLooking(config)
  try {
    const models = await looking.shelf.ready()
    if (!models.some(({ task }) => task === 'detect'))
      throw new DomainError('unavailable', 'No detector is ready; `imagestead models list` shows why.')
    const look = ({ path }: Photo) =>
      looking.engine.look({ path }, models, { lane: 'batch', deadlineMs: 60_000, sheds: false })
    const seen = async <T extends Photo>(photo: T) => ({ photo, sight: await look(photo) })
    const pictures = await eachOf(photos, config.VISION_WORKERS, seen)
    const outOfSet = await eachOf(others, config.VISION_WORKERS, seen)
    const report = await evaluateLabels({
      pictures: pictures.map(({ photo, sight }) => ({ ...photo, sight })),
      outOfSet: outOfSet.map(({ photo, sight }) => ({ name: photo.path, sight })),
      minConfidence: config.SCORING_LABEL_MIN_CONFIDENCE,
      shots: values['few-shot'].split(',').map((text) => whole('--few-shot', text)),
      draws: whole('--draws', values.draws),
      seed: whole('--seed', values.seed),
    })
    const version = versionOf(pictures.map(({ sight }) => sight))
    const json = { evaluation: 'labels', version, except: [...left].filter(Boolean), ...report }
    await deliver({ markdown: labelsMarkdown(report, version), json }, values)
    return 0
  } finally {
    await looking.close()
  }
}

/** Each file once, however many links lead to it. */
async function once(photos: readonly Photo[]): Promise<Photo[]> {
  const files = new Map<string, Photo>()
  for (const photo of photos) {
    const file = await realpath(photo.path)
    if (!files.has(file)) files.set(file, photo)
  }
  return [...files.values()]
}

/** `12_frontal.jpg`: house 12, facade. */
function named(photo: Photo) {
  const match = /^(.+)_([a-z]+)\.[a-z]+$/i.exec(photo.name)
  const word = match?.[2]?.toLowerCase() ?? ''
  const truth = synonyms[word] ?? labels.find((label) => label === word)
  if (match?.[1] === undefined || truth === undefined) {
    const known = `${labels.join(', ')}, ${Object.keys(synonyms).join(', ')}`
    process.stderr.write(`${photo.path} is left out: its name is not <house>_<label>.jpg with one of ${known}.\n`)
    return []
  }
  return [{ ...photo, group: match[1], truth }]
}

function whole(option: string, text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 0) return number
  throw new DomainError('invalid', `${option} must be a whole number, or several with commas: ${text} is none.`)
}

function versionOf(sights: readonly Sight[]): string {
  const models = new Set(sights.flatMap((sight) => sight.models))
  return [labelVersion, ...models].join(' ')
}
