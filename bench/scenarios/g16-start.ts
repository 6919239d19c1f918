/** G16: from the start of the process to the first 200 of /readyz, and the memory of a server that does nothing. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer } from '../load/server.ts'
import { cpuMs, memory } from '../measure/process-table.ts'
import { interleave, type Sample } from '../measure/rounds.ts'
import { median } from '../measure/statistics.ts'
import { judged, type Scenario, shown } from '../scenario.ts'

const idleAfterMs = 5000

export const start: Scenario = {
  id: 'G16',
  title: 'Start to ready of a built checkout, and idle memory',
  async run(context) {
    const existing = join(context.folder, 'existing')
    await (await startServer({ folder: existing })).stop()
    context.say('starts')
    const rounds = await interleave(
      {
        existing: () => startAndStop(existing),
        empty: (round) => startAndStop(join(context.folder, `empty-${round}`)),
      },
      { rounds: context.quick ? 3 : 7, budgetMs: 40_000, cores: context.cores },
    )
    context.say('idle memory')
    const idle = await idleMemory(existing)
    const steadiness = { reference: rounds.yardstickMs, foreign: rounds.foreign }
    const of = (name: 'existing' | 'empty', field: string) =>
      median(rounds.samples[name].map((sample) => sample[field] ?? Number.NaN))
    const goal = { at: 'most', value: 1000 } as const
    const figures = [
      judged(
        context,
        { name: 'ready, existing data folder', value: of('existing', 'wallMs'), unit: 'ms', goal },
        steadiness,
      ),
      judged(context, { name: 'ready, empty data folder', value: of('empty', 'wallMs'), unit: 'ms', goal }, steadiness),
      shown('CPU until ready, existing', of('existing', 'cpuMs'), 'ms'),
      shown('CPU until ready, empty', of('empty', 'cpuMs'), 'ms'),
      judged(context, {
        name: `resident, idle for ${idleAfterMs / 1000} s`,
        value: idle.rssMb,
        unit: 'MB',
        goal: { at: 'most', value: 120 },
      }),
      shown(
        'the same, shared pages once',
        idle.pssMb,
        'MB',
        `${idle.processes} process${idle.processes === 1 ? '' : 'es'}`,
      ),
    ]
    return { figures, details: { rounds, idle } }
  },
}

async function startAndStop(folder: string): Promise<Sample> {
  const server = await startServer({ folder })
  const sample = { wallMs: server.readyMs, cpuMs: cpuMs(server.pid) }
  await server.stop()
  return sample
}

async function idleMemory(existing: string) {
  const server = await startServer({ folder: existing })
  try {
    await sleep(idleAfterMs)
    return memory(server.pid)
  } finally {
    await server.stop()
  }
}
