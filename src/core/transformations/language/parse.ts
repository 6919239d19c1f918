/**
 * Reads the transformation language (image-urls.md sections 2 to 8): a text becomes a Transformation. Texts that mean the
 * same give the same JSON where the language is free (order inside a step, spellings, what is ignored).
 */
import type { Transformation } from '../../processing/transformation.ts'
import { knownInSteps } from './expressions.ts'
import type { Scope } from './scope.ts'
import { splitText } from './split.ts'
import { readParts, type Whole } from './steps.ts'

export interface ParseOptions {
  /** What errors speak of; `tr` says "Bad URL Transformation Request". */
  param?: string
  /** `n-…` may stand in it and means nothing yet: a text to be stored. Else named transformations were put in before. */
  names?: boolean
}

/** @throws DomainError invalid: names the token, its position (from 1) and what would be right */
export function parseTransformation(text: string, { param = 'tr', names = false }: ParseOptions = {}): Transformation {
  const source = { text: text.replace(/^\s*tr:/, ''), param }
  const scope: Scope = { source, place: 'base', known: knownInSteps, conditional: false, names }
  const whole: Whole = { original: false }
  const parts = readParts(splitText(source), scope, whole)
  return { parts, ...whole }
}
