/** BlazeFace: for each anchor of two grids, how sure it is of a face and where that lies from the anchor, in pixels. */
import type { Model } from '../../../../../core/processing/model.ts'
import type { Face } from '../../../../../core/processing/sight.ts'
import { boxInPicture, type Decoder, parameter, sigmoid, withoutOverlaps } from './decoder.ts'

/** Numbers for each anchor: centre, size, and six points of the face, which nobody here needs. */
const perAnchor = 16

export const blazefaceBoxes: Decoder = (outputOf, model, frame) => {
  const least = parameter(model, 'minConfidence')
  const side = parameter(model, 'side')
  const faces: Face[] = []
  for (const grid of ['fine', 'coarse'] as const) {
    const [scores, boxes] = [outputOf(`${grid}Scores`).data, outputOf(`${grid}Boxes`).data]
    const { cells, anchors } = gridOf(model, grid)
    if (scores.length !== cells * cells * anchors || boxes.length !== scores.length * perAnchor) {
      throw new Error(`the ${grid} grid has ${scores.length} scores, not ${cells * cells * anchors}`)
    }
    for (const [anchor, score] of scores.entries()) {
      const confidence = sigmoid(score)
      if (confidence < least) continue
      const cell = Math.floor(anchor / anchors)
      const number = (at: number) => (boxes[anchor * perAnchor + at] ?? 0) / side
      const x = ((cell % cells) + 0.5) / cells + number(0)
      const y = (Math.floor(cell / cells) + 0.5) / cells + number(1)
      const [halfWidth, halfHeight] = [number(2) / 2, number(3) / 2]
      const box = boxInPicture(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, frame)
      if (box !== null) faces.push({ confidence, box })
    }
  }
  return { faces: withoutOverlaps(faces, parameter(model, 'maxOverlap')) }
}

function gridOf(model: Model, grid: 'fine' | 'coarse'): { cells: number; anchors: number } {
  return { cells: parameter(model, `${grid}Cells`), anchors: parameter(model, `${grid}Anchors`) }
}
