/**
 * What is odd about one photo, from its measures and those of the usual view. Thresholds and how often they hit are in
 * docs/photo-flags.md; bench/flags measures them.
 */
import { detailTiles, gridSize, type ViewMeasures } from '../processing/description.ts'
import { type Alignment, align, type Edges, edgesOf, type Pose, poseOf, stillScore, turnedScore } from './edges.ts'
import { quantile } from './quantile.ts'
import { bytesOf, edgesOfUsual, tiles, type UsualView } from './usual-view.ts'

/** Sixteenths of an octave. */
const octave = 16

/** "nearly one colour": nothing can be seen in it. */
export function isBlank({ levels: [low, , , , high], detail }: ViewMeasures): boolean {
  // A slow change over the whole picture, as thick fog has it, is nothing to see either.
  return high - low <= 10 || (high - low < 64 && quantile(maps(bytesOf(detail)).coarse, 0.9) < 1.25 * octave)
}

/** Darker than a hundredth of white on a display. */
const unseen = 26

/** Practically nothing is to be seen: night without lamps, or a covered lens. A lit night scene is no fault. */
export function isDark(measures: ViewMeasures): boolean {
  return measures.levels[4] < unseen && !hasLights(measures)
}

/** Lamps or windows: six places are far brighter than half of the picture. */
const hasLights = ({ levels: [, , middle], grid }: ViewMeasures) =>
  bytesOf(grid).filter((level) => level >= middle + 64).length >= 6

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
  /** Median change of the finest detail against the coarser, across and down, in octaves; null: too little to see. */
  acuity: { across: number; down: number } | null
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
  const alignment = alignmentOf(known, edges)
  const [was, now] = [maps(bytesOf(usual.detail)), maps(bytesOf(measures.detail))]
  return {
    alignment,
    // A view that lies as well as that is neither turned nor zoomed.
    pose:
      alignment.still > 0.87
        ? { off: 0, parts: 9 }
        : poseOf(known, edges, alignment.score - alignment.still > 0.1 ? alignment : { dx: 0, dy: 0 }),
    turned: alignment.still > 0.55 ? 0 : turnedScore(known, edges),
    shaped: now.coarse.filter((detail) => detail > 2 * octave).length / tiles,
    acuity: usual.side === measures.side ? acuityOf(was, now) : null,
    ...coverOf(known, edges, { was, is: now, measures }),
  }
}

/** No correlation is above 1: what lies as well as that cannot lie better elsewhere by the 0.1 that a move takes. */
function alignmentOf(known: Edges, edges: Edges): Alignment {
  const still = stillScore(known, edges)
  return still >= 0.9 ? { dx: 0, dy: 0, score: still, still } : align(known, edges)
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
  return detailed >= tiles / 6 && covered >= tiles / 12 && covered / detailed >= 0.1 && shows > 0.2 && !fog
}

/** Out of focus, wet or shaken (in one direction): fine detail is gone where the coarse detail stayed. */
export function isBlurred({ acuity }: Comparison): boolean {
  if (acuity === null) return false
  const { across, down } = acuity
  return (across + down) / 2 < -0.3 || Math.min(across, down) < -0.6
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
  if (across.length + down.length < tiles / 3) return null
  return {
    across: across.length < tiles / 12 ? quantile(down, 0.5) : quantile(across, 0.5),
    down: down.length < tiles / 12 ? quantile(across, 0.5) : quantile(down, 0.5),
  }
}

function coverOf(known: Edges, edges: Edges, { was, is, measures }: { was: Maps; is: Maps; measures: ViewMeasures }) {
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

function tileCorrelation(known: Edges, edges: Edges, tile: number): number {
  const { left, top } = cornerOf(tile)
  let both = 0
  let one = 1e-9
  let two = 1e-9
  for (let y = top; y < top + tileSides.height; y++) {
    for (let place = y * gridSize.columns + left, x = 0; x < tileSides.width; x++, place++) {
      const c = at(known.cosine, place)
      const s = at(known.sine, place)
      const oc = at(edges.cosine, place)
      const os = at(edges.sine, place)
      both += c * oc + s * os
      one += c * c + s * s
      two += oc * oc + os * os
    }
  }
  return both / Math.sqrt(one * two)
}

function tileMean(grid: Uint8Array, tile: number): number {
  const { left, top } = cornerOf(tile)
  let sum = 0
  for (let y = top; y < top + tileSides.height; y++) {
    for (let x = left; x < left + tileSides.width; x++) sum += at(grid, y * gridSize.columns + x)
  }
  return sum / (tileSides.width * tileSides.height)
}

const cornerOf = (tile: number) => ({
  left: (tile % detailTiles.columns) * tileSides.width,
  top: Math.floor(tile / detailTiles.columns) * tileSides.height,
})
