/**
 * Which part of a small drawing is its subject, 0..1 per pixel, without a model of its own: what stands out from the
 * border, and boxes of things and faces where a detector found some, begin; then the colours of both sides and the edges
 * between them decide, a few times over (docs/background-removal.md).
 */
import type { Box } from '../../../../core/processing/sight.ts'
import { fitClouds, fitting } from './colour-mixture.ts'
import { type Drawing, type Size, toLab } from './planes.ts'
import { doubtBorder, standOut } from './stand-out.ts'
import { tidy } from './tidy.ts'
import { linksOf, walk } from './walk.ts'

/** The drawing's longest side that is enough. */
export const subjectSide = 288

const rounds = 4
/** What is smaller is no subject. */
const leastShare = 0.003

/** All of it where nothing stands out: better a picture as it was than none. */
export function findSubject(drawing: Drawing, boxes: readonly Box[]): Float32Array {
  const size: Size = { width: drawing.width, height: drawing.height }
  const lab = toLab(drawing)
  const inside = boxed(size, boxes)
  const border = borderOf(size, inside)
  doubtBorder(lab, size, border)
  const prior = standOut(lab, size, border)
  if (boxes.length > 0) {
    for (let at = 0; at < prior.length; at++) {
      const share = inside[at] ?? 0
      prior[at] = share > 0 ? Math.max(prior[at] ?? 0, 0.35 + 0.5 * share) : (prior[at] ?? 0) * 0.25
    }
  }
  const subject = settle(lab, size, prior, border)
  tidy(subject, size, prior, inside)
  const found = subject.reduce((count, value) => count + Number(value > 0.5), 0)
  return found < subject.length * leastShare ? subject.fill(1) : subject
}

function settle(lab: Float32Array, size: Size, prior: Float32Array, border: Uint8Array): Float32Array {
  const links = linksOf(lab, size)
  const subject = Float32Array.from(prior)
  const wanted = new Float32Array(prior.length)
  const pull = new Float32Array(prior.length)
  for (let round = 0; round < rounds; round++) {
    const front = fitting(
      lab,
      fitClouds(
        lab,
        subject.map((value) => (value > 0.6 ? value : 0)),
      ),
    )
    const back = fitting(
      lab,
      fitClouds(
        lab,
        subject.map((value) => (value < 0.4 ? 1 - value : 0)),
      ),
    )
    for (let at = 0; at < prior.length; at++) {
      const seen = Math.max(-4, Math.min(4, (front[at] ?? 0) - (back[at] ?? 0)))
      const before = logit(prior[at] ?? 0)
      const both = 1 / (1 + Math.exp(-(0.7 * seen + 0.7 * before)))
      wanted[at] = border[at] === 1 ? both * 0.3 : both
      // The less it says, the more the neighbours do.
      pull[at] = 0.02 + 0.25 * Math.abs(both - 0.5)
    }
    walk(links, size, wanted, pull, subject)
  }
  return subject
}

const logit = (value: number) => {
  const kept = Math.min(0.98, Math.max(0.02, value))
  return Math.log(kept / (1 - kept))
}

/** 1 at the middle of a box, falling off to its corners; 0 outside all. */
function boxed({ width, height }: Size, boxes: readonly Box[]): Float32Array {
  const inside = new Float32Array(width * height)
  for (const box of boxes) {
    const [left, top] = [Math.floor(box.x * width), Math.floor(box.y * height)]
    const [right, bottom] = [Math.ceil((box.x + box.width) * width), Math.ceil((box.y + box.height) * height)]
    for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
      for (let x = Math.max(0, left); x < Math.min(width, right); x++) {
        const across = Math.abs((2 * (x + 0.5 - left)) / (right - left) - 1)
        const down = Math.abs((2 * (y + 0.5 - top)) / (bottom - top) - 1)
        const at = y * width + x
        inside[at] = Math.max(inside[at] ?? 0, Math.max(0.001, 1 - (across * across + down * down) / 1.5))
      }
    }
  }
  return inside
}

/** 1: background as sure as can be; 2: on the edge of the picture, but in a box; 0: inside. */
function borderOf({ width, height }: Size, inside: Float32Array): Uint8Array {
  const border = new Uint8Array(width * height)
  for (let at = 0; at < border.length; at++) {
    const [x, y] = [at % width, Math.floor(at / width)]
    const isEdge = x === 0 || y === 0 || x === width - 1 || y === height - 1
    if (isEdge) border[at] = (inside[at] ?? 0) > 0 ? 2 : 1
  }
  return border
}
