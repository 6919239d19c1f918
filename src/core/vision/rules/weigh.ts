/** All rules over one sight: 23 confidences. */
import type { Sight } from '../../processing/sight.ts'
import { type Label, labels } from '../labels.ts'
import { documents } from './documents.ts'
import { outdoors } from './outdoors.ts'
import { rooms } from './rooms.ts'
import { seeing } from './see.ts'
import { settingOf } from './setting.ts'

const rules = [...rooms, ...outdoors, ...documents]

/** What `unknown` has where nothing speaks for anything. */
const nothing = 1.4
/** Labels without a rule: only heads and models of a hub know them. */
const without = -3
/** Makes confidences what they say; fitted on ten houses of the rooms set (docs/labels.md), which are not reported on. */
const temperature = 0.75

type Seen = Pick<Sight, 'classes' | 'objects' | 'features'>

/** Evidence for each label, by id. */
export function evidenceOf(sight: Seen): Float64Array {
  const see = seeing(sight)
  const setting = settingOf(see)
  const evidence = new Float64Array(labels.length).fill(without)
  evidence[labels.indexOf('unknown')] = nothing
  for (const { label, evidence: of } of rules) evidence[labels.indexOf(label)] = of(see, setting)
  return evidence
}

/** Confidences by id; they sum to 1. */
export function weigh(sight: Seen): Float64Array {
  const evidence = evidenceOf(sight)
  const highest = Math.max(...evidence)
  const odds = evidence.map((value) => Math.exp((value - highest) / temperature))
  const sum = odds.reduce((total, value) => total + value, 0)
  return odds.map((value) => value / sum)
}

const ruled: ReadonlySet<Label> = new Set<Label>(['unknown', ...rules.map(({ label }) => label)])

/** Whether the rules can speak for a label at all. */
export const isRuled = (label: Label) => ruled.has(label)

/** Logarithm of what the rules give each of these labels, as if there were no others: where a head begins. */
export function rulesFor(sight: Seen, known: readonly Label[]): number[] {
  const confidences = weigh(sight)
  const own = known.map((label) => Math.max(1e-4, confidences[labels.indexOf(label)] ?? 0))
  const sum = own.reduce((total, value) => total + value, 0)
  return own.map((value) => Math.log(value / sum))
}
