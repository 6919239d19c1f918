/**
 * How far the camera was turned (tilt) and looked up or down (leaning verticals): the turn under which most lines of the
 * picture stand upright or lie level, where verticals may converge and level lines of a room may run to a vanishing point.
 */
import type { Features } from '../../../../../core/processing/sight.ts'
import type { Plane } from './planes.ts'
import { type Gradients, gradientsOf, type Segment, segmentsOf } from './segments.ts'

/** Degrees a turn is looked for on either side. */
const reach = 18
const step = 0.5
/** Degrees between the picture's middle and its side that lines may converge by. */
const convergence = 14
const convergenceStep = 2
/** Degrees that a line may be off and still count in full, about. */
const slack = 1.5
/** Longest lines that take part. */
const most = 120

/** A line against the axis it is nearest to. */
interface Line {
  /** Degrees, positive clockwise. */
  off: number
  /** Across the axis, -1..1. */
  place: number
  weight: number
}

export function tiltOf(plane: Plane, noise: number): Features {
  const gradients = gradientsOf(plane, noise)
  const diagonal = Math.hypot(plane.width, plane.height)
  const segments = segmentsOf(gradients).sort(
    (one, other) => other.length - one.length || one.angle - other.angle || one.x - other.x,
  )
  const longest = segments.slice(0, most)
  const upright = longest.flatMap((segment) => against(segment, 90, diagonal))
  const level = longest.flatMap((segment) => against(segment, 0, diagonal))
  const verdict = turnOf(upright, level)
  const total = sumOf(upright) + sumOf(level)
  return {
    lines: sumOf(longest.map(({ length }) => ({ weight: length / diagonal }))),
    straight: total,
    ...verdict,
    ...harmonics(gradients),
    aligned: aligned(longest),
  }
}

const sumOf = (lines: readonly { weight: number }[]) => lines.reduce((sum, { weight }) => sum + weight, 0)

function against({ x, y, length, angle }: Segment, axis: 0 | 90, diagonal: number): Line[] {
  const off = axis === 0 ? angle : angle > 0 ? angle - 90 : angle + 90
  if (Math.abs(off) > reach + convergence) return []
  return [{ off, place: axis === 0 ? y : x, weight: (length / diagonal) ** 1.2 }]
}

/** Tries every turn, and for each the convergence that fits best; a smaller one wins against one that is no better. */
function turnOf(upright: readonly Line[], level: readonly Line[]): Features {
  let best = { value: 0, turn: 0, lean: 0, support: 0 }
  let straight = 0
  for (let turn = -reach; turn <= reach; turn += step) {
    const vertical = converge(upright, turn)
    const horizontal = converge(level, turn)
    const support = vertical.support + 0.7 * horizontal.support
    const value = support * (1 - 0.012 * Math.abs(turn))
    if (turn === 0) straight = support
    if (value > best.value) best = { value, turn, lean: vertical.lean, support }
  }
  const total = sumOf(upright) + 0.7 * sumOf(level)
  return {
    tilt: best.turn,
    leaning: best.lean,
    tiltSupport: total === 0 ? 0 : best.support / total,
    tiltGain: Math.log2((best.support + 0.05) / (straight + 0.05)),
  }
}

function converge(lines: readonly Line[], turn: number): { support: number; lean: number } {
  let best = { support: 0, lean: 0 }
  for (let lean = -convergence; lean <= convergence; lean += convergenceStep) {
    let support = 0
    for (const { off, place, weight } of lines) {
      const apart = Math.abs(off - turn - lean * place)
      if (apart < 3 * slack) support += weight * (1 - apart / (3 * slack)) ** 2
    }
    support *= 1 - 0.015 * Math.abs(lean)
    if (support > best.support) best = { support, lean }
  }
  return best
}

/** Mean closeness of the lines to their axes. */
function aligned(segments: readonly Segment[]): number {
  let [near, all] = [0, 0]
  for (const { angle, length } of segments) {
    const off = Math.abs(angle) > 45 ? 90 - Math.abs(angle) : Math.abs(angle)
    near += length * Math.exp(-off / 6)
    all += length
  }
  return all === 0 ? 0 : near / all
}

/** How much the directions of all gradients keep to the axes: 1 all, 0 none more than others; and their common turn. */
function harmonics({ strength, cos, sin, edges }: Gradients): Features {
  let real = 0
  let imaginary = 0
  let fine = 0
  let all = 0
  for (let index = 0; index < edges.length; index++) {
    const at = edges[index] ?? 0
    const size = strength[at] ?? 0
    // Of four and eight times the angle: doubled again, and again.
    const double = cos[at] ?? 0
    const sine = sin[at] ?? 0
    const four = 2 * double * double - 1
    real += size * four
    imaginary += size * 2 * double * sine
    fine += size * (2 * four * four - 1)
    all += size
  }
  if (all === 0) return { cardinal: 0, cardinalFine: 0, cardinalTurn: 0, cardinality: 0 }
  return {
    cardinal: real / all,
    cardinalFine: fine / all,
    cardinalTurn: ((Math.atan2(imaginary, real) / 4) * 180) / Math.PI,
    cardinality: Math.hypot(real, imaginary) / all,
  }
}
