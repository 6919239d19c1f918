/**
 * `imagestead eval aesthetic`: how the scores agree with what people said, for an operator who has a rated set (AVA,
 * KonIQ …). The CSV names a file and its mean opinion score a line.
 */
import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Config } from '../../config.ts'
import { DomainError } from '../../core/errors.ts'
import { parseRatings } from '../../core/vision/evaluation/ratings.ts'
import { pearson, spearman } from '../../core/vision/evaluation/statistics.ts'
import { markdownTable } from '../../core/vision/evaluation/table.ts'
import { usage } from '../operator.ts'
import { withScorer } from './looking.ts'
import { deliver, reportOptions } from './report.ts'

export async function evaluateAesthetic(args: string[], config: Config): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { csv: { type: 'string' }, photos: { type: 'string' }, ...reportOptions },
  })
  const { csv } = values
  if (csv === undefined) throw usage('eval aesthetic --csv FILE [--photos DIR]')
  const text = await readFile(csv, 'utf8').catch((cause: unknown) => {
    throw new DomainError('invalid', `--csv: the file ${csv} cannot be read.`, { cause })
  })
  const ratings = parseRatings(text)
  const folder = values.photos ?? dirname(csv)
  const opinions = new Map(ratings.map(({ file, mos }) => [resolve(folder, file), mos]))
  const photos = [...opinions.keys()].map((path) => ({ path, name: basename(path) }))
  return await withScorer(config, async (scorer) => {
    const scored = await scorer.each(photos, async (photo) => {
      const { score, aspects } = await scorer.score(photo)
      return {
        file: photo.path,
        mos: opinions.get(photo.path) ?? 0,
        score,
        technical: aspects.technical,
        aesthetic: aspects.aesthetic,
      }
    })
    if (scored.length < 3) throw new DomainError('invalid', '--csv: fewer than three of its photos could be read.')
    const rows = measures.flatMap(({ name, of }) => {
      const known = scored.flatMap((one) => {
        const value = of(one)
        return value === null ? [] : [{ value, mos: one.mos }]
      })
      if (known.length < 3) return []
      const [numbers, said] = [known.map(({ value }) => value), known.map(({ mos }) => mos)]
      return [{ what: name, photos: known.length, srcc: spearman(numbers, said), plcc: pearson(numbers, said) }]
    })
    const table = markdownTable(
      ['What', 'n', 'SRCC', 'PLCC'],
      rows.map(({ what, photos, srcc, plcc }) => [what, photos, srcc.toFixed(3), plcc.toFixed(3)]),
    )
    const heading = `Agreement with ${basename(csv)}: ${scored.length} of ${ratings.length} photos, ${scorer.version}`
    await deliver(
      {
        markdown: `${heading}\n\n${table}`,
        json: {
          evaluation: 'aesthetic',
          version: scorer.version,
          rated: ratings.length,
          results: rows,
          photos: scored,
        },
      },
      values,
    )
    return 0
  })
}

interface Scored {
  score: number
  technical: number
  aesthetic: number | null
}

const measures: readonly { name: string; of(scored: Scored): number | null }[] = [
  { name: 'score', of: ({ score }) => score },
  { name: 'technical sub-score', of: ({ technical }) => technical },
  { name: 'aesthetic model', of: ({ aesthetic }) => aesthetic },
]
