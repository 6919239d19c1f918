/** One look at a picture: decoded once, measured, and shown to the models. */
import { DomainError } from '../../../../core/errors.ts'
import type { SourceOpening } from '../../../../core/ports.ts'
import type { Degradation } from '../../../../core/processing/degradation.ts'
import type { Model } from '../../../../core/processing/model.ts'
import type { Sight } from '../../../../core/processing/sight.ts'
import { decodeFailure } from '../failures.ts'
import { readHeader, toFacts } from '../header.ts'
import { checkSource } from '../limits.ts'
import type { Limits } from '../messages.ts'
import type { Context, Input } from '../picture.ts'
import { degrade } from './degrade.ts'
import { measureFeatures } from './features/features.ts'
import { runModels } from './models.ts'
import { drawView } from './raster.ts'
import type { Sessions } from './sessions.ts'

export interface LookOptions {
  models: readonly Model[]
  /** Models that are loaded already. */
  sessions: Sessions
  /** Look at a spoilt copy instead. */
  degradation?: Degradation | undefined
  limits: Limits
  admit: Context['admit']
}

/** @throws DomainError of the source: unsupported_format, damaged_image, no_image, wrong_password, out_of_range */
export async function look(
  input: Input,
  opening: SourceOpening,
  { models, degradation, sessions, limits, admit }: LookOptions,
): Promise<Sight> {
  const given = await readHeader(input, opening)
  checkSource(given, limits)
  const header = degradation === undefined ? given : await readHeader(await degrade(given, degradation, limits, admit))
  const { format, width, height } = toFacts(header)
  try {
    const view = await drawView(header, limits, admit)
    const features = await measureFeatures(view, header)
    return { format, width, height, features, ...(await runModels(view, models, sessions)) }
  } catch (error) {
    throw error instanceof DomainError ? error : decodeFailure(error)
  }
}
