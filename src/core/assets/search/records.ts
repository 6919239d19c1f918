/** Search as the store does it. */
import type { Folder, PlacedAsset } from '../records.ts'
import type { ItemType } from './item.ts'
import type { Query } from './query.ts'

export const sortKeys = ['NAME', 'CREATED', 'UPDATED', 'HEIGHT', 'WIDTH', 'SIZE', 'SCORE'] as const
export type SortKey = (typeof sortKeys)[number]

/** How far a search goes before it chooses another way. */
export interface SearchTuning {
  /** Sets up to this size are fetched and sorted; so far are totals counted. */
  countedItems: number
  /** Items looked at by the first and by later statements of a walk. */
  firstSlice: number
  longestSlice: number
}

export interface SearchRequest {
  project: string
  query: Query
  /** Among these only. */
  types: readonly ItemType[]
  sort: SortKey
  descending: boolean
  skip: number
  limit: number
  /** Longest time to look through items one by one. */
  longestMs: number
  /** Smaller in tests. */
  tuning?: SearchTuning
}

/** `file` of an asset, `folder` of a folder. */
export type Found = { asset: PlacedAsset } | { folder: Folder }

export interface SearchAnswer {
  found: Found[]
  /** Matches in all; when not `exact`, at least so many. */
  total: number
  exact: boolean
}

export type MatchRequest = Pick<SearchRequest, 'project' | 'query' | 'longestMs'>

export interface SearchRepository {
  /**
   * A page of what matches, in the order asked for; items that are equal in it by id (of the version or folder). Sides
   * and scores
   * that an item does not have count as -1.
   * @throws DomainError `timed_out` when the deadline came before the page was full; `invalid` when `skip` reaches
   * further than a filtered list can be skipped
   */
  find(request: SearchRequest): Promise<SearchAnswer>
  /** Ids of the current versions that match; `exact`: those are all, otherwise there are more than `most`. */
  matching(request: MatchRequest, most: number): Promise<{ assets: string[]; exact: boolean }>
  /** Those of the versions that are current and match. */
  among(request: Pick<MatchRequest, 'project' | 'query'>, assets: readonly string[]): Promise<string[]>
  /** Those of the versions that there are, in this order. */
  load(project: string, assets: readonly string[]): Promise<PlacedAsset[]>
}
