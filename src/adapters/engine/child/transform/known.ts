/** What expressions know while a step runs. Beside run-parts.ts, whose list of work needs files that need this. */
import type { Variables } from '../../../../core/processing/amounts.ts'
import { variablesOf } from '../../../../core/processing/geometry.ts'
import type { Around } from './run-parts.ts'

/** The values of `iw` … `bar` for amounts of the step that runs. */
export function knownOf({ original, base, entered = original }: Around): Variables {
  return variablesOf({ current: entered, original, ...(base === undefined ? {} : { base }) })
}
