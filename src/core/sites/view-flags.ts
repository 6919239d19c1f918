/**
 * What is odd about one photo, from its measures and those of the usual view. Thresholds and how often they hit are in
 * docs/photo-flags.md; bench/flags measures them.
 */
import { detailTiles, gridSize, type ViewMeasures } from '../processing/description.ts'
import { type Alignment, align, type Edges, edgesOf, type Pose, poseOf, turnedScore } from './edges.ts'
import { quantile } from './quantile.ts'
import { bytesOf, edgesOfUsual, tiles, type UsualView } from './usual-view.ts'

/** Sixteenths of an octave. */
const octave = 16

/** "nearly one colour": nothing can be seen in it. */
export function isBlank({ levels: [low, , , , high], detail }: ViewMeasures): boolean {
  // A slow change over the whole picture, as thick fog has it, is nothing to see either.
  return high - low <= 10 || (high - low < 64 && quantile(maps(bytesOf(detail)).coarse, 0.9) < 1.25 * octave)
}

/** Night, or a covered lens: hardly any light, no lamps. */
export function isDark({ mean, levels: [, , , , high] }: ViewMeasures): boolean {
  return mean < 20 && high < 56
}

/** Nothing changed, down to the noise of a lossy encoding; a picture of nothing is always like itself. */
export function isSame(one: ViewMeasures, other: ViewMeasures): boolean {
  const [grid, before] = [bytesOf(one.grid), bytesOf(other.grid)]
  let [sum, large] = [0, 0]
  for (let at = 0; at < grid.length; at++) {
    const change = Math.abs((grid[at] ?? 0) - (before[at] ?? 0))
    sum += change
    if (change > 5) large++
  }
  return sum / grid.length < 0.75 && large <= 3
}

/** How a photo lies on the usual view; everything the decisions below need. */
export interface Comparison {
  alignment: Alignment
  pose: Pose
  /** Best correlation when it is turned or zoomed by more than that. */
  turned: number
  /** Share of the tiles in which the photo has something to see. */
  shaped: number
  /** Median change of the finest detail against the coarser, across, down, and across against down, in octaves; null: too little to see. */
  acuity: { across: number; down: number; lean: number } | null
  /** Tiles where the usual view has detail, and of these those where the photo has none and nothing of the view shows. */
  detailed: number
  covered: number
  /** Of the tiles that show the view: median correlation with it. */
  shows: number
  /** The covered tiles are the upper ones, bright and alike: what fog does. */
  fog: boolean
}

export function compareView(usual: UsualView, measures: ViewMeasures): Comparison {
  const [known, edges] = [edgesOfUsual(usual), edgesOf(bytesOf(measures.grid))]
  const alignment = align(known, edges)
  const now = maps(bytesOf(measures.detail))
  return {
    alignment,
    // A view that lies as well as that is neither turned nor zoomed.
    pose:
      alignment.still > 0.87
        ? { off: 0, parts: 9 }
        : poseOf(known, edges, alignment.score - alignment.still > 0.1 ? alignment : { dx: 0, dy: 0 }),
    turned: alignment.still > 0.55 ? 0 : turnedScore(known, edges),
    shaped: now.coarse.filter((detail) => detail > 2 * octave).length / tiles,
    acuity: usual.side === measures.side ? acuityOf(maps(bytesOf(usual.detail)), now) : null,
    ...coverOf(known, edges, usual, measures),
  }
}

/** The camera was turned, shifted or zoomed: the view lies better elsewhere, or nowhere. */
export function isMoved({ alignment, pose, turned, shaped }: Comparison, { photos }: UsualView): boolean {
  const { dx, dy, score, still } = alignment
  const far = Math.hypot(dx / gridSize.columns, dy / gridSize.rows)
  if (score > 0.22 && score - still > 0.1 && far > 0.012) return true
  if (pose.parts >= 5 && pose.off > 0.013) return true
  if (turned > 0.3 && turned - still > 0.1) return true
  return photos >= 3 && shaped > 0.5 && still < 0.12 && score < 0.3
}

/** Something near, flat or out of focus stands before a good part of the view; the rest is as usual. */
export function isObstructed({ detailed, covered, shows, fog }: Comparison): boolean {
  return detailed >= tiles / 6 && covered >= tiles / 12 && covered / detailed >= 0.12 && shows > 0.2 && !fog
}

/** Out of focus, shaken or wet: fine detail is gone where the coarse detail stayed. */
export function isBlurred({ acuity }: Comparison): boolean {
  if (acuity === null) return false
  const { across, down, lean } = acuity
  return (across + down) / 2 < -0.4 || Math.abs(lean) > 1.6
}

const at = (list: ArrayLike<number>, index: number) => list[index] ?? 0

function maps(detail: Uint8Array) {
  const [fineAcross, fineDown, coarseAcross, coarseDown] = [0, 1, 2, 3].map((map) =>
    Array.from(detail.subarray(map * tiles, (map + 1) * tiles)),
  )
  const [a = [], b = [], c = [], d = []] = [fineAcross, fineDown, coarseAcross, coarseDown]
  return {
    fineAcross: a,
    fineDown: b,
    coarseAcross: c,
    coarseDown: d,
    coarse: c.map((value, tile) => Math.max(value, at(d, tile))),
  }
}

type Maps = ReturnType<typeof maps>

function acuityOf(usual: Maps, now: Maps): Comparison['acuity'] {
  const falls = (direction: 'Across' | 'Down') => {
    const [fine, coarse] = [`fine${direction}`, `coarse${direction}`] as const
    return usual[fine].flatMap((before, tile) => {
      // Enough to see in both, above what rounding and the encoder do.
      if (before < 2.5 * octave || at(usual[coarse], tile) < 3 * octave || at(now[coarse], tile) < 3 * octave) return []
      const [was, is] = [before - at(usual[coarse], tile), at(now[fine], tile) - at(now[coarse], tile)]
      return [(is - was) / octave]
    })
  }
  const [across, down] = [falls('Across'), falls('Down')]
  const leans = usual.fineAcross.flatMap((before, tile) => {
    if (before < 3 * octave || at(usual.fineDown, tile) < 3 * octave || at(now.coarse, tile) < 3 * octave) return []
    const [was, is] = [before - at(usual.fineDown, tile), at(now.fineAcross, tile) - at(now.fineDown, tile)]
    return [(is - was) / octave]
  })
  if (across.length + down.length < tiles / 6) return null
  return {
    across: across.length < tiles / 12 ? quantile(down, 0.5) : quantile(across, 0.5),
    down: down.length < tiles / 12 ? quantile(across, 0.5) : quantile(down, 0.5),
    lean: leans.length < tiles / 6 ? 0 : quantile(leans, 0.5),
  }
}

function coverOf(known: Edges, edges: Edges, usual: UsualView, measures: ViewMeasures) {
  const [was, is] = [maps(bytesOf(usual.detail)), maps(bytesOf(measures.detail))]
  const grid = bytesOf(measures.grid)
  const detailed = was.coarse.flatMap((detail, tile) => (detail >= 3.5 * octave ? [tile] : []))
  const falls = detailed.map((tile) => at(was.coarse, tile) - at(is.coarse, tile))
  // What the light or the weather takes from everything.
  const usualFall = Math.max(0, quantile(falls, 0.25))
  const same = new Map(detailed.map((tile) => [tile, tileCorrelation(known, edges, tile)]))
  const covered = detailed.filter(
    (tile, index) => at(falls, index) - usualFall > 2 * octave && (same.get(tile) ?? 0) < 0.3,
  )
  const seen = detailed.filter((tile) => !covered.includes(tile)).map((tile) => same.get(tile) ?? 0)
  const brightness = covered.map((tile) => tileMean(grid, tile))
  const lowest = Math.max(-1, ...covered.map((tile) => Math.floor(tile / detailTiles.columns)))
  const alike = quantile(brightness, 0.9) - quantile(brightness, 0.1) < 40
  return {
    detailed: detailed.length,
    covered: covered.length,
    shows: quantile(seen, 0.5),
    fog:
      covered.length > 0 &&
      lowest < detailTiles.rows - 1 &&
      alike &&
      quantile(brightness, 0.5) > measures.levels[2] &&
      usualFall > octave / 2,
  }
}

const tileSides = { width: gridSize.columns / detailTiles.columns, height: gridSize.rows / detailTiles.rows }

function* placesOf(tile: number): Generator<number> {
  const [left, top] = [
    (tile % detailTiles.columns) * tileSides.width,
    Math.floor(tile / detailTiles.columns) * tileSides.height,
  ]
  for (let y = top; y < top + tileSides.height; y++) {
    for (let x = left; x < left + tileSides.width; x++) yield y * gridSize.columns + x
  }
}

function tileCorrelation(known: Edges, edges: Edges, tile: number): number {
  let [both, one, two] = [0, 1e-9, 1e-9]
  for (const place of placesOf(tile)) {
    const [c, s] = [at(known.cosine, place), at(known.sine, place)]
    const [oc, os] = [at(edges.cosine, place), at(edges.sine, place)]
    both += c * oc + s * os
    one += c * c + s * s
    two += oc * oc + os * os
  }
  return both / Math.sqrt(one * two)
}

function tileMean(grid: Uint8Array, tile: number): number {
  let [sum, count] = [0, 0]
  for (const place of placesOf(tile)) {
    sum += at(grid, place)
    count += 1
  }
  return sum / count
}
