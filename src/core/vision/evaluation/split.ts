/** Which photos tune the score and which only test it, decided by their names alone. */
import { createHash } from 'node:crypto'

export const splits = ['tuning', 'test'] as const
export type Split = (typeof splits)[number]

/**
 * By what stands before the first `_` of the name, without its extension: photos of one house or one series
 * (`102_bedroom.jpg`, `102_kitchen.jpg`) fall on the same side.
 */
export function splitOf(fileName: string): Split {
  const [series = ''] = fileName.replace(/\.[^.]*$/, '').split('_')
  return (createHash('sha256').update(series).digest()[0] ?? 0) < 128 ? 'tuning' : 'test'
}
