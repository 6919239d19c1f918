/** Runs the models on a view and gathers what they found. */
import type { Model } from '../../../../core/processing/model.ts'
import type { ModelFailure, Sight } from '../../../../core/processing/sight.ts'
import { decoders } from './decoders/all.ts'
import type { Reading } from './decoders/decoder.ts'
import { prepare } from './prepare.ts'
import type { View } from './raster.ts'
import type { Sessions } from './sessions.ts'

export type Found = Pick<
  Sight,
  'objects' | 'faces' | 'classes' | 'embedding' | 'outputs' | 'aesthetic' | 'models' | 'failures'
>

/**
 * One model after the other. A model that cannot be loaded or read fails alone: the look goes on without it and says so.
 * Of several detectors the first one's answers count, likewise of several that give an embedding; another one's stands
 * in `outputs` as `<id>/vector`.
 */
export async function runModels(view: View, models: readonly Model[], sessions: Sessions): Promise<Found> {
  const readings: { model: Model; reading: Reading }[] = []
  const failures: ModelFailure[] = []
  for (const model of models) {
    try {
      readings.push({ model, reading: await read(view, model, sessions) })
    } catch (error) {
      failures.push({ model: model.id, message: error instanceof Error ? error.message : String(error) })
    }
  }
  const first = <Name extends keyof Reading>(name: Name) =>
    readings.find(({ reading }) => reading[name] !== undefined)?.reading[name]
  const embedding = first('embedding') ?? null
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
    models: readings.map(({ model: { id, sha256 } }) => `${id}@${sha256.slice(0, 8)}`),
    ...(failures.length > 0 && { failures }),
  }
}

async function read(view: View, model: Model, sessions: Sessions): Promise<Reading> {
  const decode = decoders[model.decoder]
  if (decode === undefined) throw new Error(`decoder ${model.decoder} is not for looking at pictures`)
  const { data, shape, frame } = await prepare(view, model.input)
  const outputs = await sessions.run(model, { data, shape })
  const outputOf = (role: string) => {
    const output = outputs[model.outputs[role] ?? role]
    if (output === undefined) throw new Error(`the file has no output ${model.outputs[role] ?? role}`)
    return output
  }
  return decode(outputOf, model, frame)
}
