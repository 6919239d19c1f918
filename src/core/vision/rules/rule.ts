/** What a rule is: the evidence for one label, in the unit of logarithmic odds, from what was seen. */
import type { Label } from '../labels.ts'
import type { See } from './see.ts'
import type { Setting } from './setting.ts'

export interface Rule {
  label: Label
  evidence(see: See, setting: Setting): number
}

/** Below it a class maximum says nothing: any picture has as much of any object. */
const floor = 0.06

/** Evidence of an object: 0 at the floor, 1 at 2.7 times it, about 2.3 when it is certain by half. */
export function lift(certainty: number): number {
  return Math.max(0, Math.log(certainty / floor))
}

/** 0 up to `from`, 1 from `to` on. */
export function ramp(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)))
}
