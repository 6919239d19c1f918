/** How a picture is composed, 0..10, as far as simple rules tell: an aspect that is shown, and no part of the score itself. */
import type { Box, Sight } from '../processing/sight.ts'

/** Points where subjects stand well: the crossings of the thirds, and the middle. */
const places = [1 / 3, 2 / 3].flatMap((x) => [1 / 3, 2 / 3].map((y) => [x, y] as const)).concat([[0.5, 0.5]])
const certain = 0.5

export function compositionOf({ features, objects, faces }: Sight): number {
  const subjects = [...faces, ...objects].filter(({ confidence }) => confidence >= certain).map(({ box }) => box)
  const { subjectX = 0.5, subjectY = 0.5, symmetry = 0.8, quietEdges = 0, leaning = 0 } = features
  const main = subjects.reduce<Box | undefined>(
    (best, box) => (area(box) > (best ? area(best) : 0) ? box : best),
    undefined,
  )
  const [x, y] = main === undefined ? [subjectX, subjectY] : [main.x + main.width / 2, main.y + main.height / 2]
  const off = Math.min(...places.map(([placeX, placeY]) => Math.hypot(x - placeX, y - placeY)))
  const placed = 1 - Math.min(1, off / 0.35)
  const cut = main === undefined ? 0 : cutOff(main)
  const balance = Math.max(0, Math.min(1, (symmetry - 0.5) / 0.4))
  const upright = 1 - Math.min(1, Math.abs(leaning) / 20)
  const calm = Math.max(0, Math.min(1, 0.5 + quietEdges))
  return 10 * (0.4 + 0.6 * (0.35 * placed + 0.25 * balance + 0.2 * upright + 0.1 * calm + 0.1 * (1 - cut)))
}

const area = ({ width, height }: Box) => width * height

/** Share of the picture's sides that the subject runs into. */
function cutOff({ x, y, width, height }: Box): number {
  return [x < 0.01, y < 0.01, x + width > 0.99, y + height > 0.99].filter((is) => is).length / 4
}
