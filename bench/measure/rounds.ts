/** Runs contenders in interleaved rounds, so that whatever else the machine does meets all of them alike. */
import { createHash } from 'node:crypto'
import { cpuMs, machineCpuMs } from './process-table.ts'

export interface Sample {
  wallMs: number
  cpuMs: number
  /** Further figures of one run, by name. */
  [name: string]: number
}

export interface Rounds<Name extends string> {
  samples: Record<Name, Sample[]>
  /** Wall time of the same fixed piece of work before each round: how steady the machine was. */
  yardstickMs: number[]
  /** Share of the machine's CPU that processes outside this benchmark used meanwhile, 0..1. */
  foreign: number
}

/** The order is reversed in every other round. After `budgetMs` no further round begins, but at least two are run. */
export async function interleave<Name extends string>(
  contenders: Record<Name, (round: number) => Promise<Sample>>,
  { rounds, budgetMs, cores }: { rounds: number; budgetMs: number; cores: number },
): Promise<Rounds<Name>> {
  const names = Object.keys(contenders) as Name[]
  const samples = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>
  const yardstickMs: number[] = []
  const foreign = watchForeign(cores)
  const started = performance.now()
  for (let round = 0; round < rounds; round += 1) {
    if (round >= 2 && performance.now() - started > budgetMs) break
    yardstickMs.push(yardstick())
    for (const name of round % 2 === 0 ? names : [...names].reverse()) samples[name].push(await contenders[name](round))
  }
  return { samples, yardstickMs, foreign: foreign.stop() }
}

/** Wall and CPU time of one piece of work and the figures it answers itself; CPU of the process trees named. */
export async function measure(pids: readonly number[], work: () => Promise<Record<string, number>>): Promise<Sample> {
  const cpu = () => pids.reduce((sum, pid) => sum + cpuMs(pid), 0)
  const cpuBefore = cpu()
  const started = performance.now()
  const more = await work()
  return { wallMs: performance.now() - started, cpuMs: cpu() - cpuBefore, ...more }
}

export function watchForeign(cores: number): { stop(): number } {
  const started = performance.now()
  const others = () => machineCpuMs() - cpuMs(process.pid)
  const before = others()
  return { stop: () => Math.max(0, (others() - before) / ((performance.now() - started) * cores)) }
}

/** About 40 ms of work that needs nothing but a core. */
export function yardstick(): number {
  const block = Buffer.alloc(1024 * 1024)
  const started = performance.now()
  const hash = createHash('sha256')
  for (let count = 0; count < 40; count += 1) hash.update(block)
  hash.digest()
  return performance.now() - started
}
