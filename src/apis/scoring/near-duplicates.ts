/** Which of the files of a library show what another one shows: by the perceptual hashes it keeps (section 11). */
import type { Project } from '../../core/projects/records.ts'
import type { SortItem } from '../../core/vision/sort.ts'
import type { ScoringApi } from './endpoint.ts'

/** Bits in which hashes of near duplicates differ at most (core/processing/description.ts). */
const nearBits = 10

/**
 * For items whose identifier is the id of a file of the account's library: which of a list are later copies of an earlier
 * one. Other items are nobody's copies.
 */
export async function copiesAmong(
  { store }: Pick<ScoringApi, 'store'>,
  project: Project,
  items: readonly SortItem[],
): Promise<(group: readonly SortItem[]) => boolean[]> {
  const files = [...new Set(items.map(({ identifier }) => identifier))].filter((id) => /^[0-9a-f]{24}$/.test(id))
  const assets = files.length === 0 ? [] : await store.read.assets.findMany(project.id, files)
  const described = await store.read.descriptions.findMany(assets.map(({ blob }) => blob))
  const hashes = new Map<string, Hash>()
  for (const { file, blob } of assets) {
    const hash = described.get(blob)?.pHash ?? null
    if (hash !== null)
      hashes.set(
        file,
        [hash.slice(0, 8), hash.slice(8)].map((half) => Number.parseInt(half, 16)),
      )
  }
  return (group) => {
    const views: Hash[] = []
    return group.map(({ identifier }) => {
      const hash = hashes.get(identifier)
      if (hash === undefined) return false
      if (views.some((view) => distance(view, hash) <= nearBits)) return true
      views.push(hash)
      return false
    })
  }
}

/** 64 bits as two halves. */
type Hash = readonly number[]

const distance = ([high = 0, low = 0]: Hash, [otherHigh = 0, otherLow = 0]: Hash) =>
  bits(high ^ otherHigh) + bits(low ^ otherLow)

/** How many are set, of 32. */
function bits(value: number): number {
  const pairs = value - ((value >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return (((fours + (fours >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}
