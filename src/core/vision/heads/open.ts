/** A project's heads, ready to judge. */
import type { Sight } from '../../processing/sight.ts'
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

/** Those of the heads that learned from sights such as this one. */
export function fitting(heads: ProjectHeads, sight: Sight): ProjectHeads {
  const of = <Head extends Made & { fits(sight: Sight): boolean }>(head: Head | null) =>
    head?.models.every((model) => sight.models.includes(model)) && head.fits(sight) ? head : null
  const [label, taste] = [of(heads.labels), of(heads.taste)]
  const versions = [label, taste].flatMap((head) => (head === null ? [] : [head.version]))
  return { ids: heads.ids, versions, labels: label, taste }
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
