/**
 * Only the subject stays (tasks-api.md section 6, `removebackgroundimage`); what is behind it becomes transparent. A
 * model of the task `mask` says which part that is, or else subjects are looked for without one.
 */
import sharp from 'sharp'
import type { Model } from '../../../../core/processing/model.ts'
import { cutOut, edgeSide } from '../cutout/cut-out.ts'
import { findSubject, subjectSide } from '../cutout/find-subject.ts'
import type { Drawing } from '../cutout/planes.ts'
import { subjectBoxes } from '../cutout/subject-boxes.ts'
import type { Context, Picture } from '../picture.ts'
import { fromPixels, type Pixels, toPixels } from '../pixels.ts'
import { inSrgb, seesThrough } from '../transform/colours.ts'
import { maskOf } from '../vision/mask.ts'
import { runModels } from '../vision/models.ts'

type Known = Pick<Context, 'order' | 'sources' | 'seeing'>

export async function removeBackground(picture: Picture, context: Known): Promise<Picture> {
  if (context.order.operations.removeBackground !== true) return picture
  const pixels = await toPixels(inSrgb(picture.image, context.sources[0]))
  // What is see-through already has been cut out: there is no background left to judge.
  if (!seesThrough(pixels)) {
    const drawing = await draw(pixels, edgeSide)
    const { mask, size } = (await byModel(drawing, context)) ?? (await bySight(pixels, drawing, context))
    cutOut(pixels, drawing, mask, size)
  }
  return { ...picture, image: fromPixels(pixels), alpha: true, edited: true, drawn: true }
}

async function byModel(drawing: Drawing, { order, seeing }: Known) {
  const model = order.models?.find(({ task }) => task === 'mask')
  if (model === undefined || seeing === undefined) return undefined
  try {
    return { mask: await maskOf(drawing, model, seeing.sessions), size: drawing }
  } catch (error) {
    seeing.failed(model, error)
    return undefined
  }
}

async function bySight(pixels: Pixels, drawing: Drawing, { order, seeing }: Known) {
  const detectors = (order.models ?? []).filter(({ task }) => task === 'detect' || task === 'faces')
  const { objects, faces } = await detect(drawing, detectors, seeing)
  const size = await draw(pixels, subjectSide)
  return { mask: findSubject(size, subjectBoxes(objects, faces)), size }
}

async function detect(drawing: Drawing, models: readonly Model[], seeing: Known['seeing']) {
  if (seeing === undefined || models.length === 0) return { objects: [], faces: [] }
  const { objects, faces, failures = [] } = await runModels(drawing, models, seeing.sessions)
  for (const { model, message } of failures) seeing.failed({ id: model }, message)
  return { objects, faces }
}

/** No side longer than `side`. */
async function draw({ data: from, ...size }: Pixels, side: number): Promise<Drawing> {
  const scale = Math.min(1, side / Math.max(size.width, size.height))
  const width = Math.max(1, Math.round(size.width * scale))
  const height = Math.max(1, Math.round(size.height * scale))
  const data = await sharp(from, { raw: { ...size, channels: 4 }, limitInputPixels: false })
    .removeAlpha()
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer()
  return { data, width, height }
}
