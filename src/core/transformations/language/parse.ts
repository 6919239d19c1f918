/** Reads the transformation language (image-urls.md section 2). */
import { invalid } from '../../errors.ts'
import type { Step, Transformation } from '../../processing/transformation.ts'

/** @throws DomainError invalid with param `tr`: names the token and its position */
export function parseTransformation(text: string): Transformation {
  const parts = text
    .replace(/^tr:/, '')
    .split(':')
    .map((step): Step => {
      const into: Step = { type: 'step' }
      for (const item of step.split(',')) {
        const [, key, value] = /^(w|h|q|f)-(.+)$/.exec(item) ?? []
        if (key === 'w') into.width = Number(value)
        else if (key === 'h') into.height = Number(value)
        else if (key === 'q') into.output = { ...into.output, quality: Number(value) }
        else if (key === 'f') into.output = { ...into.output, format: value as 'webp' }
        else throw invalid('tr', `"${item}" is no transformation.`)
      }
      return into
    })
  return { parts, original: false }
}
