/** The table for people. */
import type { Machine } from './machine.ts'
import type { Figure, Goal } from './scenario.ts'

export interface Result {
  id: string
  title: string
  seconds: number
  loadBefore: number
  figures: Figure[]
  details: Record<string, unknown>
  /** Set when the scenario could not be run. */
  failure?: string
}

const marks = { met: 'met', missed: 'MISSED', inconclusive: 'inconclusive', shown: '' }

export function headline(machine: Machine): string {
  const { imagestead, commit, node, sharp, libvips, cpu, cores, memoryGb } = machine
  return `imagestead ${imagestead} (${commit}), node ${node}, sharp ${sharp} with libvips ${libvips}\n${cores} cores of ${cpu}, ${memoryGb} GiB`
}

export function table({ id, title, seconds, loadBefore, figures, failure }: Result): string {
  const lines = [``, `${id}  ${title}`, `    ${seconds.toFixed(0)} s, load before ${loadBefore}`]
  if (failure !== undefined) lines.push(`    FAILED: ${failure}`)
  const width = Math.max(...figures.map(({ name }) => name.length), 0)
  for (const { name, value, unit, goal, verdict, note } of figures) {
    const cells = [
      name.padEnd(width),
      `${round(value)} ${unit}`.trimEnd().padStart(12),
      goalText(goal).padEnd(10),
      marks[verdict],
    ]
    lines.push(`    ${cells.join('  ')}${note === undefined ? '' : `  (${note})`}`.trimEnd())
  }
  return lines.join('\n')
}

const goalText = (goal: Goal | undefined) =>
  goal === undefined ? '' : `${goal.at === 'most' ? '<=' : '>='} ${round(goal.value)}`

const round = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))))
