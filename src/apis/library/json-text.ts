/** Form fields whose text is JSON (media-library-api.md section 5.1): `customMetadata`, `extensions`, `transformation`, `tags`. */
import { z } from 'zod'

/** The value a text holds, or the value itself where a client sent JSON; `""` and null are absent. */
export const jsonText = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((given, context) => {
    if (given === '' || given === null) return undefined
    if (typeof given !== 'string') return given
    try {
      return JSON.parse(given) as unknown
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' })
      return z.NEVER
    }
  }, schema.optional())

/** A list of texts: joined by commas, as JSON, or as an array; `""` and null are absent. */
export const textList = z.preprocess(
  (given) => {
    if (given === '' || given === null) return undefined
    return typeof given === 'string' ? split(given) : given
  },
  z
    .array(
      z.string('must be a text').refine((value) => !value.includes('\0'), 'must not contain a zero byte'),
      'must be texts separated by commas, or a JSON array of texts',
    )
    .optional(),
)

function split(text: string): unknown {
  if (!text.trimStart().startsWith('[')) return text.split(',')
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
