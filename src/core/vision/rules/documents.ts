/** Prints and drawings, by paper, ink and tints (features/document.ts). */
import { type Rule, ramp } from './rule.ts'
import type { See } from './see.ts'

/** Nearly white paper, few colours, or a page without the noise of a photo. */
const page = (see: See) =>
  ramp(see.feature('nearWhite'), 0.4, 0.6) *
  ramp(see.feature('commonColours'), 0.5, 0.7) *
  ramp(see.feature('flat'), 0.5, 0.7)

export const documents: readonly Rule[] = [
  {
    label: 'plan',
    evidence: (see) =>
      7 *
        page(see) *
        ramp(see.feature('ruled'), 0.25, 0.5) *
        ramp(see.feature('strokes'), 0.004, 0.012) *
        (1 - ramp(see.feature('ink'), 0.15, 0.28)) *
        (1 - ramp(see.feature('coloured'), 0.2, 0.4)) -
      3 * ramp(see.feature('ladder'), 0, 0.6) -
      1,
  },
  { label: 'cert', evidence: (see) => 7 * page(see) * ramp(see.feature('ladder'), 0, 0.66) - 1 },
  {
    label: 'map',
    evidence: (see) => {
      const tints = ['paleGreen', 'paleBlue', 'paleYellow'].filter((name) => see.feature(name) > 0.015).length
      return (
        6 *
          ramp(see.feature('flat'), 0.5, 0.7) *
          ramp(tints, 1, 2) *
          ramp(see.feature('brightness'), 0.74, 0.86) *
          ramp(see.feature('commonColours'), 0.45, 0.7) *
          // Streets are light on light: what is not flat.
          ramp(1 - see.feature('flat'), 0.02, 0.06) -
        3 * ramp(see.feature('ladder'), 0, 0.6) -
        1
      )
    },
  },
]
