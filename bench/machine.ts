/** What was measured where: versions, machine, load. A figure without them is no figure. */
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import sharp from 'sharp'
import { version } from '../src/paths.ts'

export interface Machine {
  imagestead: string
  commit: string
  node: string
  sharp: string
  libvips: string
  cpu: string
  cores: number
  memoryGb: number
  system: string
}

export function describeMachine(): Machine {
  return {
    imagestead: version,
    commit: commit(),
    node: process.version,
    sharp: sharp.versions.sharp ?? 'unknown',
    libvips: sharp.versions.vips,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
  }
}

/** Processes waiting for a core, over the last minute. */
export const load = (): number => Math.round((loadavg()[0] ?? 0) * 100) / 100

function commit(): string {
  const root = new URL('..', import.meta.url)
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--exclude', '*'], {
      cwd: root,
      encoding: 'utf8',
    }).trim()
  } catch {
    return 'unknown'
  }
}
