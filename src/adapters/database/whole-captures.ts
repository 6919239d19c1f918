/** Pages of captures, whole, with what the judgement of their assets says. */
import { sql } from 'kysely'
import { type CapturePage, flags, type JudgedCapture } from '../../core/sites/records.ts'
import type { CaptureRow, Scope } from './schema.ts'
import type { Sql } from './search/lists.ts'
import { type Kind, wholeRows } from './whole-rows.ts'

const columns: Record<Exclude<keyof CaptureRow, 'holder'>, readonly ['c', Kind]> = {
  id: ['c', 'plain'],
  asset: ['c', 'plain'],
  project: ['c', 'plain'],
  installation: ['c', 'plain'],
  camera: ['c', 'plain'],
  sha256: ['c', 'plain'],
  taken: ['c', 'plain'],
  offset: ['c', 'plain'],
  day: ['c', 'plain'],
  minute: ['c', 'plain'],
  weekday: ['c', 'plain'],
  timeSource: ['c', 'plain'],
  received: ['c', 'plain'],
  filename: ['c', 'plain'],
  blob: ['c', 'plain'],
  mime: ['c', 'plain'],
  size: ['c', 'plain'],
  width: ['c', 'plain'],
  height: ['c', 'plain'],
  tags: ['c', 'json'],
  flags: ['c', 'plain'],
  exposure: ['c', 'json'],
}
const judged = wholeRows({ ...columns, score: ['a', 'real'], label: ['a', 'plain'] })

/** @param page selects `id`; each capture once */
export async function readCaptures(
  { db, engine }: Scope,
  page: Sql,
  order: CapturePage['order'],
): Promise<JudgedCapture[]> {
  const way = sql.raw(order)
  const { rows } = await sql<{ captures: string | null }>`
    select ${judged.list(engine, sql`c.taken ${way}, c.id ${way}`)} as captures
    from (${page}) as p
    cross join captures as c
    left join assets as a on a.file = c.asset and a.current = 1
    where c.id = p.id`.execute(db)
  return judged.read(rows[0]?.captures ?? null).map(decode)
}

function decode(record: Record<string, unknown>): JudgedCapture {
  const mask = Number(record.flags)
  record.flags = flags.filter((_flag, bit) => mask & (1 << bit))
  return record as unknown as JudgedCapture
}
