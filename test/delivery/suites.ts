/** Every suite of the image URLs' contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { accessSuite } from './access.contract.ts'
import { answerSuite } from './answers.contract.ts'
import { appearanceSuite } from './appearance.contract.ts'
import { conditionSuite } from './conditions.contract.ts'
import { focusSuite } from './focus.contract.ts'
import { layerSuite } from './layers.contract.ts'
import { negotiationSuite } from './negotiation.contract.ts'
import { originSuite } from './origins.contract.ts'
import { ownUrlSuite } from './own-urls.contract.ts'
import { renditionSuite } from './renditions.contract.ts'
import { rewriterSuite } from './rewriters.contract.ts'
import { signatureSuite } from './signatures.contract.ts'
import { sizeSuite } from './sizes.contract.ts'
import { urlSuite } from './urls.contract.ts'
import { usageSuite } from './usage.contract.ts'

const suites: readonly (readonly [string, (stack: Stack) => void])[] = [
  ['sizes', sizeSuite],
  ['conditions', conditionSuite],
  ['renditions', renditionSuite],
  ['urls', urlSuite],
  ['signatures', signatureSuite],
  ['access', accessSuite],
  ['answers', answerSuite],
  ['negotiation', negotiationSuite],
  ['origins', originSuite],
  ['layers', layerSuite],
  ['focus', focusSuite],
  ['own URLs', ownUrlSuite],
  ['appearance', appearanceSuite],
  ['usage', usageSuite],
  ['rewriters', rewriterSuite],
]

export function deliverySuites(stack: Stack): void {
  for (const [name, suite] of suites) describe(`image URLs on ${stack.name}: ${name}`, () => suite(stack))
}
