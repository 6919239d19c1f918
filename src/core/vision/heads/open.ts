/** A project's heads, ready to judge. */
import { type LabelHead, openLabelHead } from './label-head.ts'
import type { Head } from './records.ts'
import { openTasteHead, type TasteHead } from './taste-head.ts'

export interface ProjectHeads {
  ids: readonly string[]
  /** `labels-3`, `taste-1`: part of `Judgement.version`. */
  versions: readonly string[]
  labels: (LabelHead & Made) | null
  taste: (TasteHead & Made) | null
}

interface Made {
  version: string
  /** Models that its examples were seen with. */
  models: readonly string[]
}

export const noHeads: ProjectHeads = { ids: [], versions: [], labels: null, taste: null }

export function openHeads(stored: readonly { head: Head; weights: string }[]): ProjectHeads {
  let heads = noHeads
  for (const { head, weights } of stored) {
    const { id, kind, shape, models } = head
    if (shape === null || models === null) continue
    const version = `${kind}-${head.version}`
    const made = { version, models }
    heads = {
      ...heads,
      ids: [...heads.ids, id],
      versions: [...heads.versions, version],
      ...(shape.kind === 'labels'
        ? { labels: { ...openLabelHead(shape, weights), ...made } }
        : { taste: { ...openTasteHead(shape, weights), ...made } }),
    }
  }
  return heads
}
