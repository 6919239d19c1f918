/** Super-resolution, the smallest ESRGAN: a picture of any size becomes 2 or 4 times as large. */
import type { ManifestInput } from '../manifest.ts'

function esrgan(factor: 2 | 4, sha256: string, bytes: number): ManifestInput {
  return {
    id: `esrgan-slim-x${factor}`,
    task: 'upscale',
    license: 'MIT',
    source: {
      kind: 'package',
      package: '@upscalerjs/esrgan-slim',
      file: `models/x${factor}/model.json`,
      format: 'tfjs-layers',
      side: 0,
      outputs: [{ name: 'pixels', node: 'SR' }],
    },
    sha256,
    bytes,
    standard: true,
    input: {
      name: 'image',
      width: 0,
      height: 0,
      layout: 'NCHW',
      channels: 'RGB',
      mean: [0, 0, 0],
      std: [255, 255, 255],
      resize: 'stretch',
    },
    outputs: { pixels: 'pixels' },
    decoder: 'pixels',
    parameters: { factor },
  }
}

export const esrganX2 = esrgan(2, '4c2d430291ee61cbf350b42c628b194d434969dd09a614cb057912820a566e35', 890_788)
export const esrganX4 = esrgan(4, '0e23de6fe69a4ffcfb94f094b86a1cd0cf653ea1d384203ffe5023ae6ca0b450', 936_296)
