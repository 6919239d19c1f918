/** What settings are made of. */
import { z } from 'zod'

export const MiB = 1024 * 1024

export const flag = z
  .enum(['on', 'off', 'true', 'false', '1', '0'])
  .transform((text) => text === 'on' || text === 'true' || text === '1')
export const count = (min = 0) =>
  z.coerce.number('must be a number').int('must be a whole number').min(min, `must be at least ${min}`)
/** A JSON array of strings, or the same separated by commas. */
export const list = z.string().transform((text, context) => {
  if (!text.trim().startsWith('[')) return text.split(',').flatMap((part) => part.trim() || [])
  try {
    return z.array(z.string()).parse(JSON.parse(text))
  } catch {
    context.addIssue('must be a list: comma-separated, or a JSON array of strings')
    return z.NEVER
  }
})

/** Whole numbers, as a JSON array or separated by commas. */
export const counts = z.string().transform((text, context) => {
  const inner = text.trim().replace(/^\[(.*)\]$/s, '$1')
  const numbers = z
    .array(count())
    .safeParse(inner.trim() === '' ? [] : inner.split(',').map((part) => part.trim() || 'x'))
  if (numbers.success) return numbers.data
  context.addIssue('must be a list of whole numbers: comma-separated, or a JSON array')
  return z.NEVER
})

export const keyText = z
  .string()
  .min(32, 'must have at least 32 characters')
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without blanks')
  .refine((text) => !text.includes('#'), 'must not contain "#"')

/** One setting: its schema (with the default applied) and its meaning for the documentation. */
export interface Setting<T extends z.ZodType> {
  schema: T
  doc: string
  /** Default as the documentation shows it, where the schema's own is computed or absent. */
  shown?: string
}
export const setting = <T extends z.ZodType>(schema: T, doc: string, shown?: string): Setting<T> =>
  shown === undefined ? { schema, doc } : { schema, doc, shown }
