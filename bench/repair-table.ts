/**
 * `npx tsx bench/repair-table.ts`: repairs a seeded set of damaged files and counts the rows that came back, beside the
 * tolerant decoder alone. `--seeds n` pictures per format (default 14), `--only kind`, `--list` names what failed.
 */
import { parseArgs } from 'node:util'
import { salvage } from '../src/adapters/engine/child/repair/salvage.ts'
import { intactRows } from './repair/judge.ts'
import { type Kind, kinds, mutate } from './repair/mutate.ts'
import { makeOriginal, originalKinds } from './repair/pictures.ts'

const options = {
  seeds: { type: 'string', default: '14' },
  only: { type: 'string' },
  format: { type: 'string' },
  list: { type: 'boolean', default: false },
} as const
const limits = { pixels: 120_000_000, frames: 1000, framePixels: 500_000_000, side: 65_535 }

interface Row {
  files: number
  ours: number
  plain: number
  worse: number
}

const { values } = parseArgs({ options })
const byKind = new Map<string, Row>()
const byFormat = new Map<string, Row>()
const slow: number[] = []

for (const name of originalKinds) {
  if (values.format !== undefined && !name.startsWith(values.format)) continue
  for (let seed = 1; seed <= Number(values.seeds); seed += 1) {
    const original = await makeOriginal(name, seed)
    for (const kind of Object.keys(kinds) as Kind[]) {
      if (values.only !== undefined && kind !== values.only) continue
      const mutant = await mutate(kind, original, seed * 131 + name.length)
      if (mutant === undefined || mutant.recoverable < 16) continue
      const started = performance.now()
      const outcome = await salvage(mutant.bytes, limits)
      slow.push(performance.now() - started)
      const repaired = outcome === 'sound' ? mutant.bytes : outcome?.bytes
      const ours = repaired === undefined ? 0 : await intactRows(original, repaired)
      const plain = await intactRows(original, mutant.bytes)
      const bar = 0.9 * mutant.recoverable
      for (const [table, key] of [
        [byKind, kind],
        [byFormat, name],
      ] as const) {
        const row = table.get(key) ?? { files: 0, ours: 0, plain: 0, worse: 0 }
        row.files += 1
        if (ours >= bar) row.ours += 1
        if (plain >= bar) row.plain += 1
        // One row on the verge of 30 dB is chance.
        if (ours < plain - 1) row.worse += 1
        table.set(key, row)
      }
      if (values.list && (ours < bar || ours < plain - 1)) {
        const said = outcome === 'sound' ? 'sound' : outcome === undefined ? 'nothing' : outcome.findings.join(' ')
        process.stdout.write(
          `${ours < plain - 1 ? 'WORSE ' : ''}${kind} | ${original.name} | ${original.height} rows, expected ${mutant.recoverable}, ours ${ours}, plain ${plain} | ${said}\n`,
        )
      }
    }
  }
}

function show(title: string, table: Map<string, Row>): void {
  const percent = (part: number, whole: number) => `${Math.round((100 * part) / whole)} %`
  const lines = [
    `| ${title} | files | repaired here | tolerant decoder alone | worse here |`,
    '| --- | ---: | ---: | ---: | ---: |',
  ]
  const total = { files: 0, ours: 0, plain: 0, worse: 0 }
  for (const [key, row] of table) {
    lines.push(
      `| ${key} | ${row.files} | ${percent(row.ours, row.files)} | ${percent(row.plain, row.files)} | ${row.worse} |`,
    )
    for (const field of ['files', 'ours', 'plain', 'worse'] as const) total[field] += row[field]
  }
  lines.push(
    `| **all** | **${total.files}** | **${percent(total.ours, total.files)}** | **${percent(total.plain, total.files)}** | **${total.worse}** |`,
  )
  process.stdout.write(`\n${lines.join('\n')}\n`)
}

show('Damage', byKind)
show('Format', byFormat)
slow.sort((a, b) => a - b)
process.stdout.write(
  `\nTime per file: median ${Math.round(slow[slow.length >> 1] ?? 0)} ms, longest ${Math.round(slow.at(-1) ?? 0)} ms\n`,
)
