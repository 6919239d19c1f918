/** Installations: viewpoints over time. */
import { sql } from 'kysely'
import type { Installation, InstallationRepository } from '../../core/sites/records.ts'
import { lockRow } from './lock-row.ts'
import { holding, oneOf } from './one-of.ts'
import { changes } from './patch.ts'
import { runPrepared } from './prepared.ts'
import type { InstallationRow, Scope } from './schema.ts'

export function createInstallations(scope: Scope): InstallationRepository {
  const { db } = scope
  const present = (project: string) =>
    db.selectFrom('installations').selectAll().where('project', '=', project).where('deleted', 'is', null)

  return {
    async insert(installation) {
      await db.insertInto('installations').values(encode(installation)).execute()
    },

    async find(project, id) {
      const row = await present(project).where('id', '=', id).executeTakeFirst()
      return row && decode(row)
    },

    async findMany(project, ids) {
      if (ids.length === 0) return []
      return (await present(project).where('id', 'in', ids).execute()).map(decode)
    },

    async ofCapture(project, capture) {
      const [row] = await runPrepared(scope, 'installations.ofCapture', { project, capture }, (values) =>
        present(values.project).where('id', '=', ({ selectFrom }) =>
          selectFrom('captures')
            .select('captures.installation')
            .where('captures.id', '=', values.capture)
            .where('captures.project', '=', values.project),
        ),
      )
      return row && decode(row)
    },

    async lock(project, id) {
      const row = await lockRow(scope, present(project).where('id', '=', id)).executeTakeFirst()
      return row && decode(row)
    },

    async page({ project, visible, status, q, tag }, { after, limit }) {
      if (visible !== 'all' && visible.length === 0) return []
      let query = present(project)
      if (visible !== 'all') query = query.where(oneOf(scope, 'id', visible))
      if (status !== undefined) query = query.where('status', '=', status)
      if (q !== undefined) {
        // Reads all that are visible: no index helps, and installations are thousands at most.
        const like = holding(q.toLowerCase())
        query = query.where(({ or }) =>
          or(
            (['name', 'description', 'address'] as const).map(
              (column) => sql<boolean>`lower(${sql.ref(column)}) like ${like} escape '\\'`,
            ),
          ),
        )
      }
      // Tags are a JSON list of texts.
      if (tag !== undefined) {
        const like = holding(JSON.stringify(tag))
        query = query.where(sql<boolean>`tags like ${like} escape '\\'`)
      }
      if (after !== undefined) {
        query = query.where(({ eb, refTuple, tuple }) => eb(refTuple('name', 'id'), '>', tuple(after.name, after.id)))
      }
      return (await query.orderBy('name').orderBy('id').limit(limit).execute()).map(decode)
    },

    async update(project, id, patch) {
      const { tags, watermark, ...plain } = patch
      const row = await db
        .updateTable('installations')
        .set(
          changes(
            {
              ...plain,
              ...(tags === undefined ? {} : { tags: JSON.stringify(tags) }),
              ...(watermark === undefined ? {} : { watermark: watermark && JSON.stringify(watermark) }),
            },
            { id },
          ),
        )
        .where('project', '=', project)
        .where('id', '=', id)
        .where('deleted', 'is', null)
        .returningAll()
        .executeTakeFirst()
      return row && decode(row)
    },

    async purge(id, before) {
      const { numDeletedRows } = await db
        .deleteFrom('installations')
        .where('id', '=', id)
        .where('deleted', '<', before)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },

    async zoneChanges(installations) {
      if (installations.length === 0) return []
      const rows = await db.selectFrom('zoneChanges').selectAll().where('installation', 'in', installations).execute()
      return rows.map(({ taken, capture, ...row }) => ({
        ...row,
        after: taken === null || capture === null ? null : { taken, id: capture },
      }))
    },

    async saveZoneChange({ installation, zoneBefore, moved, after }) {
      const row = { zoneBefore, moved, taken: after?.taken ?? null, capture: after?.id ?? null }
      await db
        .insertInto('zoneChanges')
        .values({ installation, ...row })
        .onConflict((conflict) => conflict.column('installation').doUpdateSet(row))
        .execute()
    },

    async endZoneChange(installation) {
      await db.deleteFrom('zoneChanges').where('installation', '=', installation).execute()
    },
  }
}

function encode({ tags, watermark, ...row }: Installation): InstallationRow {
  return { ...row, tags: JSON.stringify(tags), watermark: watermark && JSON.stringify(watermark) }
}

function decode({ tags, watermark, ...row }: InstallationRow): Installation {
  return { ...row, tags: JSON.parse(tags), watermark: watermark === null ? null : JSON.parse(watermark) }
}
