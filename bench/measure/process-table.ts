/** CPU time and memory of a process and all its descendants, from the process table (Linux). */
import { readdirSync, readFileSync } from 'node:fs'

/** The kernel reports CPU time in ticks of this length to programs, on every platform Node runs on. */
const tickMs = 10
const MB = 1_000_000

interface Row {
  pid: number
  parent: number
  /** Own time and that of children that have ended and were waited for. */
  cpuMs: number
}

/** Sums over a process tree, in megabytes (10^6 bytes). */
export interface Memory {
  processes: number
  /** Proportional: pages shared by several processes count once. The figure that matters. */
  pssMb: number
  /** Resident as `ps` shows it; shared pages count in every process. */
  rssMb: number
  /** Sum of each process's own high-water mark; they need not have been at the same time. */
  highWaterMb: number
  /** Proportional memory of each process, the root first. */
  partsMb: number[]
}

const nothing: Memory = { processes: 0, pssMb: 0, rssMb: 0, highWaterMb: 0, partsMb: [] }

/** CPU milliseconds a tree has used so far, including its ended children. Differences of it are what a job cost. */
export function cpuMs(root: number): number {
  return tree(root).reduce((sum, row) => sum + row.cpuMs, 0)
}

export function memory(root: number): Memory {
  const total = { ...nothing, partsMb: [] as number[] }
  for (const { pid } of tree(root)) {
    const status = read(`/proc/${pid}/status`)
    if (status === undefined) continue
    const rss = kilobytes(status, 'VmRSS')
    // Not readable for processes of another user: then the larger figure.
    const pss = kilobytes(read(`/proc/${pid}/smaps_rollup`) ?? '', 'Pss') || rss
    total.processes += 1
    total.rssMb += rss
    total.pssMb += pss
    total.partsMb.push(Math.round(pss))
    total.highWaterMb += kilobytes(status, 'VmHWM')
  }
  return total
}

/** Samples a tree's memory until `stop`, which answers the highest of each figure, and the parts at the highest sum. */
export function watchMemory(root: number, everyMs: number): { stop(): Memory } {
  let peak = nothing
  const sample = () => {
    const now = memory(root)
    peak = {
      processes: Math.max(peak.processes, now.processes),
      pssMb: Math.max(peak.pssMb, now.pssMb),
      rssMb: Math.max(peak.rssMb, now.rssMb),
      highWaterMb: Math.max(peak.highWaterMb, now.highWaterMb),
      partsMb: now.pssMb > peak.pssMb ? now.partsMb : peak.partsMb,
    }
  }
  sample()
  const timer = setInterval(sample, everyMs)
  // A scenario that fails stops no watch.
  timer.unref()
  return {
    stop() {
      clearInterval(timer)
      sample()
      return peak
    },
  }
}

/** CPU milliseconds that the whole machine has used since it started. */
export function machineCpuMs(): number {
  const [, user, nice, system, , , irq, softirq] = (read('/proc/stat') ?? '').split('\n')[0]?.split(/\s+/) ?? []
  return [user, nice, system, irq, softirq].reduce((sum, ticks) => sum + Number(ticks ?? 0), 0) * tickMs
}

function tree(root: number): Row[] {
  const rows = new Map<number, Row>()
  const children = new Map<number, Row[]>()
  for (const name of readdirSync('/proc')) {
    const row = /^\d+$/.test(name) ? readRow(Number(name)) : undefined
    if (row === undefined) continue
    rows.set(row.pid, row)
    children.set(row.parent, [...(children.get(row.parent) ?? []), row])
  }
  const found: Row[] = []
  const pending = [rows.get(root)]
  for (let row = pending.pop(); row !== undefined; row = pending.pop()) {
    found.push(row)
    pending.push(...(children.get(row.pid) ?? []))
  }
  return found
}

function readRow(pid: number): Row | undefined {
  const text = read(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The name in parentheses may contain blanks and parentheses itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { pid, parent: Number(fields[1]), cpuMs: ticks * tickMs }
}

function kilobytes(text: string, name: string): number {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)
  return match === null ? 0 : (Number(match[1]) * 1024) / MB
}

/** Undefined when the process has ended meanwhile. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
