/**
 * Extensions of an upload or an update (media-library-api.md section 5.4): work of models on a file. Tagging is done here,
 * by the detector that labels stand on; everything else needs models of others and fails.
 */
import type { Extension } from './schema.ts'

/** As a request names it, with what a saved one holds. */
export interface ResolvedExtension {
  name: string
  config: Extension
}

export type ExtensionStatus = Record<string, 'success' | 'pending' | 'failed'>

/** What tags a file gets at most. */
export interface Tagging {
  /** 0..100 */
  minConfidence: number
  maxTags: number
}

/** Undefined: it is no tagging. */
export function taggingOf({ config }: ResolvedExtension): Tagging | undefined {
  return config.name === 'google-auto-tagging' || config.name === 'aws-auto-tagging' ? config : undefined
}

/**
 * As a request is answered.
 * @param runs what is done afterwards; @param told by webhook: then the others are pending too, as clients expect it of
 * work that takes its time
 */
export function statusOf(
  extensions: readonly ResolvedExtension[],
  { runs, told }: { runs: boolean; told: boolean },
): ExtensionStatus {
  const isPending = (extension: ResolvedExtension) => told || (runs && taggingOf(extension) !== undefined)
  return Object.fromEntries(extensions.map((each) => [each.name, isPending(each) ? 'pending' : 'failed']))
}

/** As it is in the end. @param tagged the detector looked at the file */
export function outcomeOf(extensions: readonly ResolvedExtension[], tagged: boolean): ExtensionStatus {
  return Object.fromEntries(
    extensions.map((each) => [each.name, tagged && taggingOf(each) !== undefined ? 'success' : 'failed']),
  )
}
