/** What cameras report: one row per camera, moment and event. */
import { sql } from 'kysely'
import type { CameraRepository, Diagnostic, DiagnosticPage } from '../../core/sites/cameras/records.ts'
import type { DiagnosticRow, Scope } from './schema.ts'

type Diagnostics = Pick<CameraRepository, 'addDiagnostics' | 'diagnostics' | 'oldestDiagnostic' | 'sweepDiagnostics'>

export function createDiagnostics({ db }: Scope): Diagnostics {
  /** The newest moment of each slot, newest slot first: one look into the index per slot, however much lies between. */
  async function newestOfSlots(camera: string, slot: number, { from, to, after, limit }: DiagnosticPage) {
    // A page goes on below the slot that the last one ended in.
    const below = Math.min(
      to ?? Number.MAX_SAFE_INTEGER,
      after === undefined ? Number.MAX_SAFE_INTEGER : slotOf(after.recorded, slot),
    )
    const earliest = sql.lit(from ?? 0)
    const { rows } = await sql<{ recorded: number }>`
      with recursive picked (recorded) as (
        select (select max(recorded) from diagnostics
          where camera = ${camera} and recorded < ${sql.lit(below)} and recorded >= ${earliest})
        union all
        select (select max(d.recorded) from diagnostics d
          where d.camera = ${camera} and d.recorded < (picked.recorded / ${sql.lit(slot)}) * ${sql.lit(slot)}
            and d.recorded >= ${earliest})
        from picked where picked.recorded is not null
      )
      select recorded from picked where recorded is not null limit ${sql.lit(limit)}`.execute(db)
    return rows.map(({ recorded }) => Number(recorded))
  }

  return {
    async addDiagnostics(records) {
      if (records.length === 0) return []
      const rows = await db
        .insertInto('diagnostics')
        .values(records.map(encode))
        .onConflict((conflict) => conflict.columns(['camera', 'recorded', 'event']).doNothing())
        .returningAll()
        .execute()
      return rows.map(decode)
    },

    async diagnostics(camera, page) {
      const all = db.selectFrom('diagnostics').selectAll().where('camera', '=', camera)
      const ordered = all.orderBy('recorded', 'desc').orderBy('event', 'desc')
      const { from, to, everyMs, after, limit } = page
      if (everyMs !== undefined) {
        const moments = await newestOfSlots(camera, everyMs, page)
        if (moments.length === 0) return []
        const rows = await ordered.where('recorded', 'in', moments).execute()
        // Of several at the same moment one.
        return rows.filter(({ recorded }, at) => recorded !== rows[at - 1]?.recorded).map(decode)
      }
      let query = ordered
      if (from !== undefined) query = query.where('recorded', '>=', from)
      if (to !== undefined) query = query.where('recorded', '<', to)
      if (after !== undefined) {
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('recorded', 'event'), '<', tuple(after.recorded, after.event)),
        )
      }
      return (await query.limit(limit).execute()).map(decode)
    },

    async oldestDiagnostic(camera) {
      const row = await db
        .selectFrom('diagnostics')
        .select('recorded')
        .where('camera', '=', camera)
        .orderBy('recorded')
        .limit(1)
        .executeTakeFirst()
      return row?.recorded
    },

    async sweepDiagnostics(camera, before, limit) {
      const old = db
        .selectFrom('diagnostics')
        .select(['recorded', 'event'])
        .where('camera', '=', camera)
        .where('recorded', '<', before)
        .orderBy('recorded')
        .orderBy('event')
      const last = await old
        .offset(limit - 1)
        .limit(1)
        .executeTakeFirst()
      const { numDeletedRows } = await db
        .deleteFrom('diagnostics')
        .where('camera', '=', camera)
        .where('recorded', '<', before)
        .$if(last !== undefined, (query) =>
          query.where(({ eb, refTuple, tuple }) =>
            eb(refTuple('recorded', 'event'), '<=', tuple(last?.recorded ?? 0, last?.event ?? '')),
          ),
        )
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

const slotOf = (recorded: number, slot: number) => Math.floor(recorded / slot) * slot

function encode({ externalPower, ...row }: Diagnostic): DiagnosticRow {
  return { ...row, externalPower: externalPower === null ? null : externalPower ? 1 : 0 }
}

function decode({ externalPower, ...row }: DiagnosticRow): Diagnostic {
  return { ...row, externalPower: externalPower === null ? null : externalPower === 1 }
}
