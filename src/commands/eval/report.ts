/** Where an evaluation's result goes: Markdown to the terminal, and both forms to the files that were asked for. */
import { writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'

export interface Report {
  markdown: string
  json: object
}

export const reportOptions = { json: { type: 'string' }, markdown: { type: 'string' } } as const

export async function deliver(
  { markdown, json }: Report,
  files: { json?: string | undefined; markdown?: string | undefined },
): Promise<void> {
  const stamped = { ...json, machine: machine() }
  if (files.json !== undefined) await writeFile(files.json, `${JSON.stringify(stamped, null, 2)}\n`)
  if (files.markdown !== undefined) await writeFile(files.markdown, `${markdown}\n`)
  process.stdout.write(`${markdown}\n`)
}

/** What numbers of time depend on. */
export function machine(): string {
  return `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`
}
