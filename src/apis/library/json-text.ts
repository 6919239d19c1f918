/** Form fields whose text is JSON (media-library-api.md section 5.1): `customMetadata`, `extensions`, `transformation`, `tags`. */
import { z } from 'zod'

/** The value a text holds, or the value itself where a client sent JSON; `""` and null are absent. */
export const jsonText = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .unknown()
    .transform((given, context): unknown => {
      if (given === '' || given === null) return undefined
      if (typeof given !== 'string') return given
      try {
        return JSON.parse(given)
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' })
        return z.NEVER
      }
    })
    .pipe(schema)

/** A list of texts: joined by commas, as JSON, or as an array. Undefined: not given; `[]`: given and empty. */
export const textList = z.unknown().transform((given, context): string[] | undefined => {
  if (given === undefined || given === null || given === '') return undefined
  const list = Array.isArray(given) ? given : typeof given === 'string' ? split(given) : undefined
  if (list?.every((item) => typeof item === 'string')) return list
  context.addIssue({ code: 'custom', message: 'must be texts separated by commas, or a JSON array of texts' })
  return z.NEVER
})

function split(text: string): unknown[] | undefined {
  if (!text.trimStart().startsWith('[')) return text.split(',')
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
