/** What a camera's view usually looks like: edges and detail, averaged over its good photos so that what passes by fades. */
import { detailTiles, gridSize, type ViewMeasures } from '../processing/description.ts'
import { type Edges, edgesOf, withSquares } from './edges.ts'

/** As it is kept, about 9 kB. */
export interface UsualView {
  /** How many it was learned from. */
  photos: number
  /** ViewMeasures.side: detail of another scale is not comparable. */
  side: number
  /** Cosines, then sines of the edges, in base64: a signed byte each, 127 is 1. */
  edges: string
  /** As ViewMeasures.detail. */
  detail: string
}

/** The last so many photos count. */
const memory = 24

const places = gridSize.columns * gridSize.rows
export const tiles = detailTiles.columns * detailTiles.rows

export const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

export function edgesOfUsual({ edges }: UsualView): Edges {
  const bytes = new Int8Array(Buffer.from(edges, 'base64'))
  const plane = (from: number) => {
    const values = new Float32Array(places)
    for (let at = 0; at < places; at++) values[at] = (bytes[from + at] ?? 0) / 127
    return values
  }
  return withSquares({ cosine: plane(0), sine: plane(places), ...gridSize })
}

/** The usual view with one photo more; undefined: the first. */
export function learn(usual: UsualView | undefined, { side, grid, detail }: ViewMeasures): UsualView {
  const { cosine, sine } = edgesOf(bytesOf(grid))
  const known = usual?.side === side ? usual : undefined
  const share = 1 / Math.min(memory, (usual?.photos ?? 0) + 1)
  const before = usual === undefined ? undefined : edgesOfUsual(usual)
  const mixed = (old: ArrayLike<number> | undefined, now: ArrayLike<number>, at: number) =>
    old === undefined ? (now[at] ?? 0) : (old[at] ?? 0) * (1 - share) + (now[at] ?? 0) * share
  const signed = Buffer.alloc(2 * places)
  const keep = (value: number, at: number) =>
    signed.writeInt8(Math.max(-127, Math.min(127, Math.round(value * 127))), at)
  for (let at = 0; at < places; at++) {
    keep(mixed(before?.cosine, cosine, at), at)
    keep(mixed(before?.sine, sine, at), places + at)
  }
  // A byte that is averaged again and again must not stick a half below what it averages: rounded away from the old one.
  const old = known === undefined ? undefined : bytesOf(known.detail)
  const now = bytesOf(detail)
  const mean = now.map((_, at) => {
    const value = mixed(old, now, at)
    return old === undefined || value >= (old[at] ?? 0) ? Math.ceil(value - 0.08) : Math.floor(value + 0.08)
  })
  return {
    photos: (usual?.photos ?? 0) + 1,
    side,
    edges: signed.toString('base64'),
    detail: Buffer.from(mean).toString('base64'),
  }
}
