/** Where a crop looks (`fo`, image-urls.md section 3), and the nine places of a picture. */
import type { Anchor, Focus } from '../../processing/transformation.ts'
import { some } from './values.ts'

export const anchors: ReadonlyMap<string, Anchor> = new Map<string, Anchor>([
  ['center', { x: 0, y: 0 }],
  ['top', { x: 0, y: -1 }],
  ['left', { x: -1, y: 0 }],
  ['bottom', { x: 0, y: 1 }],
  ['right', { x: 1, y: 0 }],
  ['top_left', { x: -1, y: -1 }],
  ['top_right', { x: 1, y: -1 }],
  ['bottom_left', { x: -1, y: 1 }],
  ['bottom_right', { x: 1, y: 1 }],
])

export const places = [...anchors.keys()].join(', ')

/** Things that can be looked for: the classes of COCO. */
export const objectNames: ReadonlySet<string> = new Set(
  `person bicycle car motorcycle airplane bus train truck boat trafficLight fireHydrant stopSign parkingMeter bench bird
  cat dog horse sheep cow elephant bear zebra giraffe backpack umbrella handbag tie suitcase frisbee skis snowboard
  sportsBall kite baseballBat baseballGlove skateboard surfboard tennisRacket bottle wineGlass cup fork knife spoon bowl
  banana apple sandwich orange broccoli carrot hotDog pizza donut cake chair couch pottedPlant bed diningTable toilet tv
  laptop mouse remote keyboard cellPhone microwave oven toaster sink refrigerator book clock vase scissors teddyBear
  hairDrier toothbrush`.split(/\s+/),
)

export function focus(text: string): Focus | undefined {
  if (text === 'auto' || text === 'custom' || text === 'face') return { type: text }
  if (objectNames.has(text)) return { type: 'object', name: text }
  return some(anchors.get(text), (anchor) => ({ type: 'anchor', ...anchor }))
}
