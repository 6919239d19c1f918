/** The moderation flag of a look, where a moderation model took part (VISION_MODELS names one; off by default). */
import type { Sight } from '../processing/sight.ts'

export interface Moderation {
  /** The confidence is at or above the project's threshold. */
  flagged: boolean
  /** 0..1, 4 decimals: how sure the model is that the picture is not fit for everybody. */
  confidence: number
}

/** Id of the manifest in adapters/vision/manifests; its classes in the order of its output. */
const model = 'nsfw-mobilenet'
const classes = ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'] as const
/** Listing photos were taken for drawings: the sum of these is all that means something (vision.md section 2). */
const unfit: ReadonlySet<string> = new Set(['Hentai', 'Porn', 'Sexy'])

/** Undefined: no moderation model looked. @param threshold of the project, 0..1 */
export function moderationOf({ outputs }: Pick<Sight, 'outputs'>, threshold: number): Moderation | undefined {
  const probabilities = outputs[model]
  if (probabilities === undefined) return undefined
  const sum = classes.reduce((total, name, at) => total + (unfit.has(name) ? (probabilities[at] ?? 0) : 0), 0)
  const confidence = Math.round(Math.min(1, sum) * 1e4) / 1e4
  return { flagged: confidence >= threshold, confidence }
}
