/**
 * The table of formats in docs/compatibility.md: every input through every output of convert and through compress, by the
 * engine itself. `npm run docs` writes it; a test (test/formats-table.test.ts) makes it anew and compares.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '../src/adapters/engine/engine.ts'
import { DomainError } from '../src/core/errors.ts'
import type { ImageEngine } from '../src/core/ports.ts'
import type { OutputSpec } from '../src/core/processing/operations.ts'
import { packageRoot } from '../src/paths.ts'
import { encodedFormats, foreignQuarters } from '../test/support/foreign.ts'
import { animation, blue, photo, quarters, red } from '../test/support/pictures.ts'

const compatibilityFile = join(packageRoot, 'docs', 'compatibility.md')
const [begin, end] = ['<!-- formats: made by `npm run docs` -->', '<!-- /formats -->']

const outputs: Record<string, OutputSpec> = {
  jpg: { format: 'jpg' },
  png: { format: 'png' },
  gif: { format: 'gif' },
  webp: { format: 'webp' },
  avif: { format: 'avif' },
  gif_animation: { format: 'gif', animation: { delayMs: 500, loop: 0 } },
  compress: { format: 'same', compress: 'recommended' },
}

async function inputs(): Promise<Record<string, Buffer>> {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><!-- a --><rect width="64" height="48"/></svg>'
  const files: Record<string, Buffer> = {
    jpg: await photo(64, 48),
    png: await photo(64, 48, 'png'),
    'gif, animated': await animation(64, 48, [red, blue], 'gif'),
    'webp, animated': await animation(64, 48, [red, blue], 'webp'),
    avif: await quarters(64, 48, 'avif'),
    tiff: await quarters(64, 48, 'tiff'),
    svg: Buffer.from(svg),
  }
  for (const format of ['heic', ...encodedFormats, 'dng', 'pdf'] as const) files[format] = await foreignQuarters(format)
  return files
}

/** The page with the table as the engine makes it now. Needs dist/. */
export async function compatibilityPage(): Promise<{ now: string; made: string }> {
  const now = readFileSync(compatibilityFile, 'utf8')
  const [before, rest = ''] = now.split(begin)
  const after = rest.split(end)[1]
  if (after === undefined) throw new Error(`docs/compatibility.md has no ${begin} … ${end}`)
  return { now, made: `${before}${begin}\n\n${await formatsTable()}\n\n${end}${after}` }
}

export async function writeCompatibilityPage(): Promise<void> {
  writeFileSync(compatibilityFile, (await compatibilityPage()).made)
}

async function formatsTable(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'formats-'))
  const engine = createEngine({
    workers: 2,
    queue: 1000,
    memoryBytes: 2 ** 31,
    childJobs: 1000,
    childBytes: 2 ** 30,
    idleMs: 60_000,
    limits: { pixels: 120_000_000, side: 65_535, frames: 1000, framePixels: 500_000_000 },
    workDir: folder,
  })
  try {
    const rows: string[][] = [['Input', ...Object.keys(outputs)]]
    for (const [name, bytes] of Object.entries(await inputs())) {
      const path = join(folder, 'source')
      writeFileSync(path, bytes)
      const sink = join(folder, 'result')
      const row = [name]
      for (const output of Object.values(outputs)) row.push(await cell(engine, path, sink, output))
      rows.push(row)
    }
    return table(rows)
  } finally {
    await engine.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function cell(engine: ImageEngine, path: string, sink: string, output: OutputSpec): Promise<string> {
  const job = { sources: [{ path }], operations: {}, output, tolerant: false }
  try {
    const result = await engine.run(job, { path: sink }, { lane: 'batch', deadlineMs: 60_000 })
    const frames = result.frames > 1 ? ', animated' : ''
    return output.format === 'same' ? `${result.format}${frames}` : `yes${frames}`
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    return `no: ${error.code}`
  }
}

/** Columns of equal width, as the formatter writes them. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [head, widths.map((width) => '-'.repeat(width)), ...body].map(line).join('\n')
}
