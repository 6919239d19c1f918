/** Every model known without the operator's help, bundled ones first. */
import type { ManifestInput } from '../manifest.ts'
import { blazeface } from './blazeface.ts'
import { centernet384, centernet512 } from './centernet.ts'

export const knownModels: readonly ManifestInput[] = [centernet384, centernet512, blazeface]
