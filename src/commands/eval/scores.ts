/** `imagestead eval scores`: each photo's score with its sub-scores and reasons, to look at beside the photos. */
import { parseArgs } from 'node:util'
import type { Config } from '../../config.ts'
import { markdownTable } from '../../core/vision/evaluation/table.ts'
import { usage } from '../operator.ts'
import { withScorer } from './looking.ts'
import { findPhotos, splitNamed } from './photos.ts'
import { deliver, reportOptions } from './report.ts'

export async function evaluateScores(args: string[], config: Config): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { photos: { type: 'string' }, split: { type: 'string', default: 'all' }, ...reportOptions },
  })
  if (values.photos === undefined) throw usage('eval scores --photos DIR [--split test|tuning|all]')
  const photos = await findPhotos(values.photos, splitNamed(values.split))
  return await withScorer(config, async (scorer) => {
    const scored = await scorer.each(photos, async (photo) => {
      const { score, aspects, reasons, sight } = await scorer.score(photo)
      return {
        name: photo.name,
        width: sight.width,
        height: sight.height,
        score,
        aspects,
        reasons,
        features: sight.features,
      }
    })
    const best = [...scored].sort((one, other) => other.score - one.score)
    const table = markdownTable(
      ['Photo', 'size', 'score', 'exposure', 'sharpness', 'composition', 'technical', 'aesthetic', 'reasons'],
      best.map(({ name, width, height, score, aspects, reasons }) => [
        name,
        `${width}×${height}`,
        score.toFixed(2),
        aspects.exposure.toFixed(1),
        aspects.sharpness.toFixed(1),
        aspects.composition.toFixed(1),
        aspects.technical.toFixed(1),
        aspects.aesthetic === null ? 'no model' : aspects.aesthetic.toFixed(1),
        reasons.join(', '),
      ]),
    )
    const json = { evaluation: 'scores', version: scorer.version, photos: scored }
    await deliver({ markdown: `Scores: ${scored.length} photos, ${scorer.version}\n\n${table}`, json }, values)
    return 0
  })
}
