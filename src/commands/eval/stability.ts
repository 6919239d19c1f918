/** `imagestead eval stability`: does the score stay where it should, fall where it must, and use its range? (scoring-api.md section 5) */
import { parseArgs } from 'node:util'
import type { Config } from '../../config.ts'
import type { Degradation } from '../../core/processing/degradation.ts'
import { percentile, shareOf } from '../../core/vision/evaluation/statistics.ts'
import { markdownTable } from '../../core/vision/evaluation/table.ts'
import { usage } from '../operator.ts'
import { type Scorer, withScorer } from './looking.ts'
import { findPhotos, type Photo, seedOf, splitNamed } from './photos.ts'
import { deliver, reportOptions } from './report.ts'

/** Smaller ones cannot be looked at in both sizes. */
const large = 2048

export async function evaluateStability(args: string[], config: Config): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { photos: { type: 'string' }, split: { type: 'string', default: 'test' }, ...reportOptions },
  })
  if (values.photos === undefined) throw usage('eval stability --photos DIR [--split test|tuning|all]')
  const split = splitNamed(values.split)
  const photos = await findPhotos(values.photos, split)
  return await withScorer(config, async (scorer) => {
    const checks = await scorer.each(photos, (photo) => check(scorer, photo))
    const rows = rowsOf(checks)
    const heading = `Stability: ${checks.length} photos (split: ${split}), ${scorer.version}`
    const table = markdownTable(
      ['What', 'photos', 'share or value', 'wanted'],
      rows.map(({ what, photos, value, wanted }) => [
        what,
        photos,
        Number.isNaN(value) ? 'no photo is that large' : value.toFixed(3),
        wanted,
      ]),
    )
    await deliver(
      {
        markdown: `${heading}\n\n${table}`,
        json: { evaluation: 'stability', version: scorer.version, split, results: rows, photos: checks },
      },
      values,
    )
    return 0
  })
}

interface Check {
  name: string
  score: number
  /** Of the same bytes, a second time. */
  again: number
  /** null: the photo is smaller than 2,048 pixels. */
  resized: readonly [number, number] | null
  lossless: readonly [number, number]
  blurred: number
  darkened: number
  coarse: number
  sharp: number
}

async function check(scorer: Scorer, photo: Photo): Promise<Check> {
  const seed = seedOf(photo.name)
  const of = async (wish: Partial<Degradation>) =>
    (await scorer.score(photo, { kind: 'none', strength: 0, side: 1024, seed, format: 'png', ...wish })).score
  const given = await scorer.score(photo)
  const sharp = await of({})
  const isLarge = Math.max(given.sight.width, given.sight.height) >= large
  return {
    name: photo.name,
    score: given.score,
    again: (await scorer.score(photo)).score,
    resized: isLarge ? [await of({ side: large }), sharp] : null,
    lossless: [sharp, await of({ format: 'webp' })],
    sharp,
    blurred: await of({ kind: 'blur', strength: 8 }),
    darkened: await of({ kind: 'exposure', strength: 0.15 }),
    coarse: await of({ kind: 'jpeg', strength: 5, format: 'jpg' }),
  }
}

interface Row {
  what: string
  photos: number
  value: number
  wanted: string
}

function rowsOf(checks: readonly Check[]): Row[] {
  const resized = checks.flatMap(({ resized }) => (resized === null ? [] : [Math.abs(resized[0] - resized[1])]))
  const scores = checks.map(({ score }) => score)
  const row = (what: string, value: number, wanted: string, photos = checks.length) => ({ what, photos, value, wanted })
  const above = (key: 'blurred' | 'darkened' | 'coarse') => shareOf(checks, (check) => check.sharp >= check[key])
  const lossless = checks.map(({ lossless: [png, webp] }) => Math.abs(png - webp))
  return [
    row(
      '2,048 to 1,024 pixels moves the score by at most 0.5',
      shareOf(resized, (by) => by <= 0.5),
      '≥ 0.95',
      resized.length,
    ),
    row('largest such move', Math.max(0, ...resized), '', resized.length),
    row(
      'same bytes, same score',
      shareOf(checks, ({ score, again }) => score === again),
      '1',
    ),
    row('largest difference of PNG and lossless WebP', Math.max(...lossless), '≤ 0.05'),
    row('not below its blurred copy (sigma 8)', above('blurred'), '≥ 0.95'),
    row('not below its darkened copy (× 0.15)', above('darkened'), '≥ 0.95'),
    row('not below its JPEG copy of quality 5', above('coarse'), '≥ 0.95'),
    row('10th percentile of the scores', percentile(scores, 0.1), '≤ 4 over listings'),
    row('median of the scores', percentile(scores, 0.5), ''),
    row('90th percentile of the scores', percentile(scores, 0.9), '≥ 6 over listings'),
  ]
}
