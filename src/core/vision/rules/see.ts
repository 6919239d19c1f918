/** What rules ask of a sight: how certainly a kind of object was seen, how many, how large, and what was measured. */
import type { Sight } from '../../processing/sight.ts'
import { cocoNames } from './coco.ts'

export interface See {
  /** Highest certainty of the object anywhere in the picture, 0..1; 0: no detector ran. */
  (name: CocoName): number
  /** How many were detected with at least this certainty. */
  count(name: CocoName, least: number): number
  /** Share of the picture that the largest detected one takes. */
  area(name: CocoName): number
  /** A measured feature; 0 when it was not measured. */
  feature(name: string): number
}

export type CocoName = (typeof cocoNames)[number]

const places = new Map<string, number>(cocoNames.map((name, place) => [name, place]))

export function seeing({ classes, objects, features }: Pick<Sight, 'classes' | 'objects' | 'features'>): See {
  const see = (name: CocoName) => classes?.[places.get(name) ?? -1] ?? 0
  const those = (name: CocoName) => objects.filter((object) => object.name === name)
  return Object.assign(see, {
    count: (name: CocoName, least: number) => those(name).filter(({ confidence }) => confidence >= least).length,
    area: (name: CocoName) => Math.max(0, ...those(name).map(({ box }) => box.width * box.height)),
    feature: (name: string) => features[name] ?? 0,
  })
}
