/** Exports of photos and the files in them. */
import type { ExportFile, SiteExport, SiteExportRepository } from '../../core/sites/exports/records.ts'
import type { Scope, SiteExportRow } from './schema.ts'

export function createSiteExports({ db }: Scope): SiteExportRepository {
  const filesOf = (id: string) => db.selectFrom('siteExportFiles').where('export', '=', id)

  return {
    async insert(one) {
      await db.insertInto('siteExports').values(encode(one)).execute()
    },

    async find(project, id) {
      const row = await db
        .selectFrom('siteExports')
        .selectAll()
        .where('id', '=', id)
        .where('project', '=', project)
        .executeTakeFirst()
      return row && decode(row)
    },

    async page(project, user, { after, limit }) {
      let query = db.selectFrom('siteExports').selectAll().where('project', '=', project).where('user', '=', user)
      if (after !== undefined) {
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('created', 'id'), '<', tuple(after.created, after.id)),
        )
      }
      return (await query.orderBy('created', 'desc').orderBy('id', 'desc').limit(limit).execute()).map(decode)
    },

    async countOpen(project, user) {
      const { count } = await db
        .selectFrom('siteExports')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('project', '=', project)
        .where('user', '=', user)
        .where('status', 'in', ['queued', 'running'])
        .executeTakeFirstOrThrow()
      return Number(count)
    },

    async update(id, { installations, ...patch }) {
      const { numUpdatedRows } = await db
        .updateTable('siteExports')
        .set({ ...patch, ...(installations === undefined ? {} : { installations: JSON.stringify(installations) }) })
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async delete(id) {
      await db.deleteFrom('siteExports').where('id', '=', id).execute()
    },

    async addFiles(files) {
      if (files.length > 0)
        await db
          .insertInto('siteExportFiles')
          .values([...files])
          .execute()
    },

    files: (id, from, limit) =>
      filesOf(id).selectAll().where('position', '>=', from).orderBy('position').limit(limit).execute(),

    layout: (id, from, limit) =>
      filesOf(id)
        .select(['position', 'name', 'size', 'crc32', 'taken', 'blob'])
        .where('position', '>=', from)
        .orderBy('position')
        .limit(limit)
        .execute(),

    lastFile: (id): Promise<ExportFile | undefined> =>
      filesOf(id).selectAll().orderBy('position', 'desc').limit(1).executeTakeFirst(),

    async takeFiles(id, limit) {
      const rows = await filesOf(id).select(['position', 'blob']).orderBy('position').limit(limit).execute()
      const last = rows.at(-1)
      if (last === undefined) return []
      await db.deleteFrom('siteExportFiles').where('export', '=', id).where('position', '<=', last.position).execute()
      return rows.map(({ blob }) => blob)
    },
  }
}

function encode({ chosen, installations, ...row }: SiteExport): SiteExportRow {
  return { ...row, chosen: JSON.stringify(chosen), installations: JSON.stringify(installations) }
}

function decode({ chosen, installations, ...row }: SiteExportRow): SiteExport {
  return { ...row, chosen: JSON.parse(chosen), installations: JSON.parse(installations) }
}
