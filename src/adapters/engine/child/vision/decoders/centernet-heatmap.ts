/**
 * CenterNet: for each class a map of how sure it is that an object's centre lies there, and for each place the distances
 * to the object's four sides. Objects are the peaks of the maps.
 */
import type { Box, DetectedObject } from '../../../../../core/processing/sight.ts'
import { boxInPicture, type Decoder, parameter, withoutOverlaps } from './decoder.ts'

export const centernetHeatmap: Decoder = (outputOf, model, frame) => {
  const [heatmap, sides] = [outputOf('heatmap'), outputOf('sides')]
  const [, count = 0, rows = 0, columns = 0] = heatmap.shape
  const { labels = [] } = model
  if (heatmap.shape.length !== 4 || count !== labels.length)
    throw new Error(`heatmap ${heatmap.shape.join('x')} does not fit ${labels.length} labels`)
  if (sides.data.length !== 4 * rows * columns) throw new Error(`sides ${sides.shape.join('x')} do not fit the heatmap`)
  const least = parameter(model, 'minConfidence')
  const stride = parameter(model, 'stride')
  const classes: number[] = []
  const objects: DetectedObject[] = []
  for (const [index, name] of labels.entries()) {
    const map = heatmap.data.subarray(index * rows * columns, (index + 1) * rows * columns)
    const highest = highestOf(map)
    classes.push(highest)
    // Most classes are nowhere in a picture.
    if (highest < least) continue
    for (const place of peaksOf(map, least, rows, columns)) {
      const box = boxAt(place)
      if (box !== null) objects.push({ name, confidence: map[place] ?? 0, box })
    }
  }

  function boxAt(place: number): Box | null {
    const [column, row] = [place % columns, Math.floor(place / columns)]
    const side = (at: number) => (sides.data[at * rows * columns + place] ?? 0) / stride
    const [left, top] = [(column - side(0)) / columns, (row - side(1)) / rows]
    const [right, bottom] = [(column + side(2)) / columns, (row + side(3)) / rows]
    return boxInPicture(left, top, right, bottom, frame)
  }

  const distinct = withoutOverlaps(objects, parameter(model, 'maxOverlap'), (one, other) => one.name === other.name)
  return {
    classes,
    objects: distinct.slice(0, parameter(model, 'most')),
    embedding: [...outputOf('embedding').data],
  }
}

function highestOf(map: Float32Array): number {
  let highest = 0
  for (let place = 0; place < map.length; place++) {
    const confidence = map[place] ?? 0
    if (confidence > highest) highest = confidence
  }
  return highest
}

function peaksOf(map: Float32Array, least: number, rows: number, columns: number): number[] {
  const peaks: number[] = []
  for (let place = 0; place < map.length; place++) {
    if ((map[place] ?? 0) >= least && isPeak(map, place, rows, columns)) peaks.push(place)
  }
  return peaks
}

/** Nothing around it is higher. */
function isPeak(map: Float32Array, place: number, rows: number, columns: number): boolean {
  const here = map[place] ?? 0
  const [column, row] = [place % columns, Math.floor(place / columns)]
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
      if ((map[y * columns + x] ?? 0) > here) return false
    }
  }
  return true
}
