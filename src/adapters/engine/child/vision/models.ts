/** Runs the models on a view and gathers what they found. */
import type { Model } from '../../../../core/processing/model.ts'
import type { Box, DetectedObject, Face, ModelFailure, Sight } from '../../../../core/processing/sight.ts'
import { decoders } from './decoders/all.ts'
import { parameter, type Reading, withoutOverlaps } from './decoders/decoder.ts'
import { prepare } from './prepare.ts'
import type { View } from './raster.ts'
import type { Sessions } from './sessions.ts'

export type Found = Pick<
  Sight,
  'objects' | 'faces' | 'classes' | 'embedding' | 'embeddedBy' | 'outputs' | 'aesthetic' | 'models' | 'failures'
>

/** Persons looked at again for their faces. */
const mostPeople = 8

/**
 * One model after the other; those that look at nothing (masks, upscaling) are passed over. A model that cannot be loaded or read fails alone: the look goes on without it and says so.
 * Of several detectors the first one's answers count. Of several that give an embedding that of a model made for it
 * (task `embed`) counts, else the first one's; another one's stands in `outputs` as `<id>/vector`.
 */
export async function runModels(view: View, models: readonly Model[], sessions: Sessions): Promise<Found> {
  const readings: { model: Model; reading: Reading }[] = []
  const failures: ModelFailure[] = []
  for (const model of models.filter(({ decoder }) => decoders[decoder] !== undefined)) {
    try {
      const people = readings.flatMap(({ reading }) => reading.objects ?? []).filter(({ name }) => name === 'person')
      const reading = await read(view, model, sessions)
      if (model.task === 'faces') reading.faces = await closerFaces(view, model, sessions, reading.faces ?? [], people)
      readings.push({ model, reading })
    } catch (error) {
      failures.push({ model: model.id, message: error instanceof Error ? error.message : String(error) })
    }
  }
  const first = <Name extends keyof Reading>(name: Name) =>
    readings.find(({ reading }) => reading[name] !== undefined)?.reading[name]
  const embedders = readings.filter(({ reading }) => reading.embedding !== undefined)
  const embedder = embedders.find(({ model }) => model.task === 'embed') ?? embedders[0]
  const embedding = embedder?.reading.embedding ?? null
  const outputs: Record<string, readonly number[]> = {}
  for (const { model, reading } of readings) {
    if (reading.numbers !== undefined) outputs[model.id] = reading.numbers
    const vector = reading.embedding
    if (vector !== undefined && vector !== embedding) outputs[`${model.id}/vector`] = vector
  }
  const aesthetic = readings.find(({ model }) => model.task === 'aesthetic')?.reading.numbers?.[0]
  return {
    objects: first('objects') ?? [],
    faces: first('faces') ?? [],
    classes: first('classes') ?? null,
    embedding,
    outputs,
    ...(aesthetic !== undefined && { aesthetic }),
    models: readings.map(({ model }) => versionOf(model)),
    ...(embedder !== undefined && { embeddedBy: versionOf(embedder.model) }),
    ...(failures.length > 0 && { failures }),
  }
}

const versionOf = ({ id, sha256 }: Model) => `${id}@${sha256.slice(0, 8)}`

/** In a large picture faces are small for the model: it looks again at the upper part of each person. */
async function closerFaces(
  view: View,
  model: Model,
  sessions: Sessions,
  faces: readonly Face[],
  people: readonly DetectedObject[],
): Promise<Face[]> {
  const found = [...faces]
  for (const { box } of people.slice(0, mostPeople)) {
    const { faces: closer = [] } = await read(view, model, sessions, headOf(box, view))
    found.push(...closer)
  }
  return withoutOverlaps(found, parameter(model, 'maxOverlap'))
}

/** A square around the upper part of a person, as wide as the person with some room. */
function headOf(person: Box, { width, height }: View): Box {
  const side = Math.min(Math.max(person.width * width * 1.3, person.height * height * 0.45), width, height)
  const left = Math.min(Math.max(0, (person.x + person.width / 2) * width - side / 2), width - side)
  const top = Math.min(Math.max(0, person.y * height - side * 0.15), height - side)
  return { x: left / width, y: top / height, width: side / width, height: side / height }
}

async function read(view: View, model: Model, sessions: Sessions, part?: Box): Promise<Reading> {
  const decode = decoders[model.decoder]
  if (decode === undefined) throw new Error(`decoder ${model.decoder} is not for looking at pictures`)
  const { data, shape, frame } = await prepare(view, model.input, part)
  const outputs = await sessions.run(model, { data, shape })
  const outputOf = (role: string) => {
    const output = outputs[model.outputs[role] ?? role]
    if (output === undefined) throw new Error(`the file has no output ${model.outputs[role] ?? role}`)
    return output
  }
  return decode(outputOf, model, frame)
}
