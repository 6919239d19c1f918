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
  'objects' | 'faces' | 'classes' | 'embedding' | 'embeddedBy' | 'outputs' | 'models' | 'failures'
>

/**
 * One model after the other. A model that cannot be loaded or read fails alone: the look goes on without it and says so.
 * Of several detectors the first one's answers count, likewise of several that give an embedding.
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
  const embedder = readings.find(({ reading }) => reading.embedding !== undefined)?.model
  const outputs = readings.flatMap(({ model, reading: { numbers } }) =>
    numbers === undefined ? [] : [[model.id, numbers] as const],
  )
  return {
    objects: first('objects') ?? [],
    faces: first('faces') ?? [],
    classes: first('classes') ?? null,
    embedding: first('embedding') ?? null,
    outputs: Object.fromEntries(outputs),
    models: readings.map(({ model }) => versionOf(model)),
    ...(embedder !== undefined && { embeddedBy: versionOf(embedder) }),
    ...(failures.length > 0 && { failures }),
  }
}

const versionOf = ({ id, sha256 }: Model) => `${id}@${sha256.slice(0, 8)}`

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
