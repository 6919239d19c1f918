/** BlazeFace, the variant for whole photos: where faces are; never whose. */
import type { ManifestInput } from '../manifest.ts'

export const blazeface: ManifestInput = {
  id: 'blazeface',
  task: 'faces',
  license: 'MIT (package), Apache-2.0 (origin)',
  source: {
    kind: 'package',
    package: '@vladmandic/human',
    file: 'models/blazeface.json',
    format: 'tfjs-graph',
    side: 256,
    outputs: [
      { name: 'fineScores', node: 'Identity' },
      { name: 'coarseScores', node: 'Identity_1' },
      { name: 'fineBoxes', node: 'Identity_2' },
      { name: 'coarseBoxes', node: 'Identity_3' },
    ],
  },
  sha256: '84887f2b4192af7865c496901a9b51b2c917d32dca87b57947dd55d6642fa8c3',
  bytes: 552_424,
  standard: true,
  input: {
    name: 'image',
    width: 256,
    height: 256,
    layout: 'NCHW',
    channels: 'RGB',
    mean: [127.5, 127.5, 127.5],
    std: [127.5, 127.5, 127.5],
    resize: 'contain',
  },
  outputs: {
    fineScores: 'fineScores',
    coarseScores: 'coarseScores',
    fineBoxes: 'fineBoxes',
    coarseBoxes: 'coarseBoxes',
  },
  decoder: 'blazeface-boxes',
  parameters: {
    side: 256,
    fineCells: 16,
    fineAnchors: 2,
    coarseCells: 8,
    coarseAnchors: 6,
    minConfidence: 0.6,
    maxOverlap: 0.3,
  },
}
