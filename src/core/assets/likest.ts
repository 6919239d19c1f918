/**
 * Files that are like another one, or like what words say, the most alike first; or those that show the same. Codes in memory name those that are
 * near (LikenessIndex); the database says which of them are the project's, current, and meet the other conditions; their
 * vectors rank them.
 */
import type { LikenessIndex, MetadataStore, WordReader } from '../ports.ts'
import { directionOf, hashDistance, type LikenessBasis, likenessOf, sameness } from '../vision/likeness.ts'
import type { Vector } from '../vision/vector.ts'
import type { PlacedAsset } from './records.ts'
import type { Likeness } from './search/likeness.ts'
import { type Query, simplify } from './search/query.ts'
import type { SearchAnswer } from './search/records.ts'
import { refuse } from './search/syntax.ts'

interface Deps {
  store: MetadataStore
  likeness: LikenessIndex
  words: Pick<WordReader, 'read'>
}

export interface LikestRequest {
  project: string
  likeness: Likeness
  /** What else must hold. */
  query: Query
  longestMs: number
  skip: number
  limit: number
}

/** So many are named at most; a search without a limit asks for as many. */
export const likestFiles = 1000
/** Versions that codes name, of which some are not current, gone, or do not meet the conditions. */
const near = 2048
/** Ranked by their vectors at least: codes are right about nearly all of the first ten there. */
const ranked = 320
/** Other conditions that few files meet: all of those are ranked, near or not. */
const fewMatches = 2000

/**
 * @throws DomainError `invalid` (searchQuery): no such file, one without a vector, or no model that reads words;
 * `overloaded`, `unavailable`, `timed_out`
 */
export async function likest(deps: Deps, request: LikestRequest): Promise<SearchAnswer> {
  const { store } = deps
  const { project, likeness, skip, limit } = request
  const ideal = likeness.field === 'shows' ? await readWords(deps, request) : await readPicture(deps, request)
  const wanted = Math.min(skip + limit, likestFiles)
  const { assets, all } = await rank(deps, request, ideal, wanted)
  if (likeness.field === 'duplicateOf' && ideal.asset !== undefined) {
    const copies = await duplicatesAmong(deps, request, { asset: ideal.asset, vector: ideal.vector }, assets)
    return answer(copies.slice(skip, wanted), copies.length, true)
  }
  const page = assets.slice(skip, wanted).map(({ id }) => id)
  return answer(await store.read.search.load(project, page), assets.length, all)
}

/** What the found are ranked by. */
interface Ideal {
  /** The picture itself, which is left out. */
  asset?: PlacedAsset
  vector: Vector
  /** Gives -1..1. */
  likenessFrom(basis: LikenessBasis): (other: Pick<Vector, 'scale' | 'bytes'>) => number
}

async function readPicture({ store }: Deps, { project, likeness }: LikestRequest): Promise<Ideal> {
  const asset = await store.read.assets.find(project, likeness.value)
  if (asset === undefined) throw refused(likeness, 'no file of this project has that id')
  const vector = await store.read.sights.vector(asset.blob)
  if (vector === undefined) throw refused(likeness, notSeen)
  return {
    asset,
    vector,
    likenessFrom(basis) {
      const direction = directionOf(vector, basis)
      return (other) => likenessOf(direction, other, basis)
    },
  }
}

/**
 * Vectors of words lie aside from those of all pictures; what tells pictures apart is the cosine with each of them. So
 * the mean of pictures must not be taken off the words: they are made so long that it is nothing to them.
 */
async function readWords({ words }: Deps, { likeness, longestMs }: LikestRequest): Promise<Ideal> {
  const vector = await words.read(likeness.value, longestMs)
  if (vector === undefined) throw refused(likeness, noReader)
  return { vector: { ...vector, scale: vector.scale * 1e6 }, likenessFrom: () => (other) => sameness(vector, other) }
}

const answer = (found: PlacedAsset[], total: number, exact: boolean): SearchAnswer => ({
  found: found.map((asset) => ({ asset })),
  total: Math.min(total, likestFiles),
  exact: exact && total <= likestFiles,
})

const notSeen =
  'that file has no vector yet; score it first (POST /v1/files/score, or imagestead score) with a model that gives one'

const noReader =
  'no model here reads words; pull one that does (imagestead models pull siglip2-base-224), name it in IMAGESTEAD_VISION_MODELS and score the library with it'

const refused = ({ source, at, field }: Likeness, message: string) => refuse(source, at, `${field}: ${message}`)

interface Picture {
  asset: PlacedAsset
  vector: Vector
}

interface Ranked {
  id: string
  /** -1..1 */
  likeness: number
  vector: Pick<Vector, 'scale' | 'bytes'>
}

/** At least `wanted` of those that there are, the most alike first, without the picture itself. */
async function rank(
  { store, likeness }: Deps,
  { project, query: asked, longestMs }: LikestRequest,
  ideal: Ideal,
  wanted: number,
): Promise<{ assets: Ranked[]; all: boolean }> {
  const { vector, asset } = ideal
  const { assets: named, basis, all } = await likeness.nearest(project, vector, near, longestMs)
  if (basis === undefined) return { assets: [], all: true }
  const query = simplify(asked, () => undefined)
  const others = [...new Set(named)].filter((id) => id !== asset?.id)
  const byVectors = (ids: readonly string[]) => rankByVectors(store, project, ids, ideal, basis)
  const most = Math.max(ranked, Math.ceil(wanted * 1.25))
  if (query.kind === 'constant') {
    if (!query.value) return { assets: [], all: true }
    return { assets: await byVectors(others.slice(0, most)), all: all && others.length <= most }
  }
  const { search } = store.read
  const fitting = new Set(await search.among({ project, query }, others))
  if (!all && fitting.size < wanted) {
    const { assets: matches, exact } = await search.matching({ project, query, longestMs }, fewMatches)
    if (exact) return { assets: await byVectors(matches.filter((id) => id !== asset?.id)), all: true }
  }
  const chosen = others.filter((id) => fitting.has(id))
  return { assets: await byVectors(chosen.slice(0, most)), all: all && chosen.length <= most }
}

async function rankByVectors(
  { read }: MetadataStore,
  project: string,
  ids: readonly string[],
  { vector, likenessFrom }: Ideal,
  basis: LikenessBasis,
): Promise<Ranked[]> {
  const likenessTo = likenessFrom(basis)
  const vectors = await read.vectors.ofCurrent(project, vector.space, ids)
  return vectors
    .map((other) => ({
      id: other.asset,
      likeness: likenessTo(other),
      vector: other,
    }))
    .sort((a, b) => b.likeness - a.likeness || (a.id < b.id ? -1 : 1))
}

/** Pictures of the same with other sizes, qualities or small corrections: near by hash, or all but equal to the model. */
const [hashBits, aboutTheSame, allButEqual] = [10, 0.8, 0.985]
/** Looked at for copies: who is behind them is none. */
const copiesLookedAt = 200

async function duplicatesAmong(
  { store }: Deps,
  { project }: LikestRequest,
  { asset, vector }: Picture,
  near: readonly Ranked[],
): Promise<PlacedAsset[]> {
  const about = near
    .slice(0, copiesLookedAt)
    .map((other) => ({ id: other.id, sameness: sameness(vector, other.vector) }))
    .filter((other) => other.sameness >= aboutTheSame)
  const assets = await store.read.search.load(
    project,
    about.map(({ id }) => id),
  )
  const hashes = await store.read.descriptions.hashes([asset.blob, ...assets.map(({ blob }) => blob)])
  const own = hashes.get(asset.blob)
  const samenessOf = new Map(about.map((other) => [other.id, other.sameness]))
  return assets.filter(({ id, blob }) => {
    const hash = hashes.get(blob)
    const sameHash = own !== undefined && hash !== undefined && hashDistance(own, hash) <= hashBits
    return blob === asset.blob || sameHash || (samenessOf.get(id) ?? 0) >= allButEqual
  })
}
