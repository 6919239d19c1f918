/** Every model known without the operator's help, bundled ones first. */
import type { ManifestInput } from '../manifest.ts'
import { blazeface } from './blazeface.ts'
import { centernet384, centernet512 } from './centernet.ts'
import { esrganX2, esrganX4 } from './esrgan.ts'
import { clipAesthetic, nimaAesthetic, nimaTechnical, places365, siglip2 } from './hub.ts'

export const knownModels: readonly ManifestInput[] = [
  centernet384,
  centernet512,
  blazeface,
  esrganX2,
  esrganX4,
  siglip2,
  clipAesthetic,
  nimaAesthetic,
  nimaTechnical,
  places365,
]
