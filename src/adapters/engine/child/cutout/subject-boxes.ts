/** Which of the things that detectors found are what the picture is about. */
import type { Box, DetectedObject, Face } from '../../../../core/processing/sight.ts'

const leastConfidence = 0.4
const leastArea = 0.01
/** What things stand on, seldom what a picture is of. */
const grounds = new Set(['dining table', 'bench', 'bed', 'couch'])

export function subjectBoxes(objects: readonly DetectedObject[], faces: readonly Face[]): Box[] {
  const people = faces.filter(({ confidence }) => confidence >= leastConfidence).map(({ box }) => bodyOf(box))
  const sure = objects.filter(({ confidence, box }) => confidence >= leastConfidence && areaOf(box) >= leastArea)
  const things = sure.some(({ name }) => !grounds.has(name)) ? sure.filter(({ name }) => !grounds.has(name)) : sure
  const ranked = things.map(({ confidence, box }) => ({
    box,
    rank: confidence * Math.sqrt(areaOf(box)) * central(box),
  }))
  const best = Math.max(0, ...ranked.map(({ rank }) => rank))
  const boxes = ranked.filter(({ rank }) => rank >= best / 2).map(({ box }) => box)
  const alone = people.filter((body) => !things.some(({ name, box }) => name === 'person' && overlaps(box, body)))
  return [...boxes, ...alone]
}

/** Where the body below a face is likely to be. */
function bodyOf({ x, y, width, height }: Box): Box {
  const left = Math.max(0, x - width)
  const top = Math.max(0, y - height * 0.7)
  return { x: left, y: top, width: Math.min(1, x + 2 * width) - left, height: Math.min(1, y + height * 6) - top }
}

const areaOf = ({ width, height }: Box) => width * height

function central({ x, y, width, height }: Box): number {
  const [offX, offY] = [x + width / 2 - 0.5, y + height / 2 - 0.5]
  return 1.2 - Math.sqrt(offX * offX + offY * offY)
}

function overlaps(one: Box, other: Box): boolean {
  const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x)
  const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y)
  return across > 0 && down > 0 && across * down > 0.3 * Math.min(areaOf(one), areaOf(other))
}
