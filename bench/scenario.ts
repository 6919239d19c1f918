/** What a scenario is, and how its figures are judged against their goals. */
import type { Images } from './images.ts'
import { spread } from './measure/statistics.ts'

/** `inconclusive`: the reference itself varied too much, or others used the machine, so nothing is said. */
export type Verdict = 'met' | 'missed' | 'inconclusive' | 'shown'

export interface Goal {
  at: 'most' | 'least'
  value: number
}

export interface Figure {
  name: string
  value: number
  unit: string
  goal?: Goal
  verdict: Verdict
  /** Why a figure is inconclusive, or what it means. */
  note?: string
}

export interface Outcome {
  figures: Figure[]
  /** Everything measured, for the JSON file. */
  details: Record<string, unknown>
}

export interface Scenario {
  /** The goal's number in docs/performance.md. */
  id: string
  title: string
  /** Runs only when named by --only: it takes many minutes. */
  long?: { minutes: number }
  run(context: Context): Promise<Outcome>
}

export interface Context {
  quick: boolean
  cores: number
  images: Images
  /** A folder of this scenario alone; it is deleted afterwards. */
  folder: string
  /** Of `--keep`: what is long in the making stays here for the next run. */
  kept?: string
  /** Closed in reverse order when the scenario ends, however it ends. */
  use<T extends { stop(): Promise<void> }>(resource: T): T
  /** One line of progress for the person who waits. */
  say(line: string): void
}

/** More than this between the rounds of the reference, and wall-clock or CPU figures prove nothing. */
const steady = 0.15
/** A larger share of the machine used by others spoils wall-clock figures. */
const foreignShare = 0.2
/** `--quick` runs few rounds: a figure must miss its goal by more than this to count. */
const quickMargin = 0.1

export interface Steadiness {
  /** What the reference measured in each round. */
  reference: readonly number[]
  /** Only for figures of the wall clock: share of the CPU used by others. */
  foreign?: number
}

/** A figure without a goal, shown for comparison. */
export function shown(name: string, value: number, unit: string, note?: string): Figure {
  return { name, value, unit, verdict: 'shown', ...(note === undefined ? {} : { note }) }
}

/** A figure with a goal. Without `steadiness` (memory, checks) it is always judged. */
export function judged(
  context: Pick<Context, 'quick'>,
  figure: { name: string; value: number; unit: string; goal: Goal; note?: string },
  steadiness?: Steadiness,
): Figure {
  const doubt = steadiness === undefined ? undefined : doubtOf(steadiness)
  if (doubt !== undefined) return { ...figure, verdict: 'inconclusive', note: doubt }
  const { at, value } = figure.goal
  const margin = context.quick ? 1 + quickMargin : 1
  const met = at === 'most' ? figure.value <= value * margin : figure.value >= value / margin
  return { ...figure, verdict: met ? 'met' : 'missed' }
}

function doubtOf({ reference, foreign = 0 }: Steadiness): string | undefined {
  const varied = spread(reference)
  const percent = (share: number) => `${Math.round(share * 100)} %`
  if (varied > steady) return `the reference varied by ${percent(varied)} between rounds`
  if (foreign > foreignShare) return `others used ${percent(foreign)} of the CPU`
  return undefined
}
