/** Takes islands away that are no part of the subject, and closes holes in it that stand out like the rest. */
import type { Size } from './planes.ts'

/** Of the largest part: what is smaller is dirt. */
const leastPart = 0.03
/** Of the picture: what is larger is no hole but a view through. */
const largestHole = 0.04
/** How much a hole must stand out to belong to the subject. */
const holeStandsOut = 0.4

/**
 * In place.
 * @param prior how much each pixel stands out
 * @param inside above 0 where a detector found something; nowhere: it found nothing
 */
export function tidy(subject: Float32Array, size: Size, prior: Float32Array, inside: Float32Array): void {
  const boxed = inside.some((value) => value > 0)
  const parts = partsOf(subject, size, true)
  const largest = Math.max(0, ...parts.map(({ pixels }) => pixels.length))
  for (const { pixels } of parts) {
    const covered = mean(pixels, (at) => Number((inside[at] ?? 0) > 0))
    if (pixels.length < largest * leastPart || (boxed && covered < 0.3)) for (const at of pixels) subject[at] = 0
  }
  for (const { pixels, touchesEdge } of partsOf(subject, size, false)) {
    if (touchesEdge || pixels.length > subject.length * largestHole) continue
    if (mean(pixels, (at) => prior[at] ?? 0) > holeStandsOut) for (const at of pixels) subject[at] = 1
  }
}

function mean(pixels: readonly number[], of: (at: number) => number): number {
  return pixels.reduce((sum, at) => sum + of(at), 0) / Math.max(1, pixels.length)
}

interface Part {
  pixels: number[]
  touchesEdge: boolean
}

/** Connected areas of subject, or of background. */
function partsOf(subject: Float32Array, { width, height }: Size, ofSubject: boolean): Part[] {
  const seen = new Uint8Array(subject.length)
  const wanted = (at: number) => (subject[at] ?? 0) > 0.5 === ofSubject
  const parts: Part[] = []
  for (let start = 0; start < subject.length; start++) {
    if (seen[start] === 1 || !wanted(start)) continue
    const part: Part = { pixels: [start], touchesEdge: false }
    seen[start] = 1
    const visit = (at: number) => {
      if (seen[at] === 1 || !wanted(at)) return
      seen[at] = 1
      part.pixels.push(at)
    }
    for (let next = 0; next < part.pixels.length; next++) {
      const at = part.pixels[next] ?? 0
      const [x, y] = [at % width, Math.floor(at / width)]
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) part.touchesEdge = true
      if (x > 0) visit(at - 1)
      if (x < width - 1) visit(at + 1)
      if (y > 0) visit(at - width)
      if (y < height - 1) visit(at + width)
    }
    parts.push(part)
  }
  return parts
}
