/** Deleted captures: the rows of all tables that had them, until they come back or go for good. */
import { sql } from 'kysely'
import type { CaptureBinRepository } from '../../core/sites/records.ts'
import { createAssets, decodeAsset } from './assets.ts'
import { captureOf, createCaptures } from './captures.ts'
import { lockRow } from './lock-row.ts'
import type { AssetRow, CaptureRow, JudgementRow, Scope } from './schema.ts'

interface Rows {
  capture: CaptureRow
  /** Every version. */
  assets: AssetRow[]
  judgements: JudgementRow[]
}

export function createCaptureBin(scope: Scope): CaptureBinRepository {
  const { db } = scope
  const captures = createCaptures(scope)
  const assets = createAssets(scope)

  const binned = (project: string) => db.selectFrom('binnedCaptures').selectAll().where('project', '=', project)

  async function rowsOf(found: readonly CaptureRow[]): Promise<Rows[]> {
    const files = await db
      .selectFrom('assets')
      .selectAll()
      .where(
        'file',
        'in',
        found.map(({ asset }) => asset),
      )
      .execute()
    const versions = files.map(({ id }) => id)
    const said =
      versions.length === 0
        ? []
        : await db.selectFrom('judgements').selectAll().where('asset', 'in', versions).execute()
    return found.map((capture) => {
      const own = files.filter(({ file }) => file === capture.asset)
      const ids = new Set(own.map(({ id }) => id))
      return { capture, assets: own, judgements: said.filter(({ asset }) => ids.has(asset)) }
    })
  }

  /** What was said of versions, with the vectors that the sights of their blobs still have. */
  async function addJudgements(rows: readonly JudgementRow[]): Promise<void> {
    if (rows.length === 0) return
    await db.insertInto('judgements').values(rows).execute()
    const ids = sql.join(rows.map(({ asset }) => asset))
    await sql`insert into vectors (project, space, made, asset, scale, vector)
      select j.project, j.space, j.made, j.asset, s.scale, s.vector
      from judgements j join sights s on s.blob = j.blob and s.space = j.space
      where j.asset in (${ids})`.execute(db)
  }

  return {
    async put(project, ids, deleted) {
      if (ids.length === 0) return []
      const found = await db
        .selectFrom('captures')
        .selectAll()
        .where('project', '=', project)
        .where('id', 'in', ids)
        .execute()
      if (found.length === 0) return []
      const kept = await rowsOf(found)
      await db
        .insertInto('binnedCaptures')
        .values(
          kept.map((rows) => ({
            id: rows.capture.id,
            project,
            installation: rows.capture.installation,
            deleted,
            rows: JSON.stringify(rows),
          })),
        )
        .execute()
      await assets.delete(...found.map(({ asset }) => asset))
      return captures.delete(
        project,
        found.map(({ id }) => id),
      )
    },

    async find(project, id) {
      const row = await binned(project).where('id', '=', id).executeTakeFirst()
      return row && { capture: captureOf(read(row.rows).capture), deleted: row.deleted }
    },

    async restore(project, id, { folder, local }) {
      const row = await lockRow(scope, binned(project).where('id', '=', id)).executeTakeFirst()
      if (row === undefined) return false
      const { capture, assets: files, judgements } = read(row.rows)
      await captures.insert({ ...captureOf(capture), ...local })
      await assets.insert(...files.map((file) => decodeAsset({ ...file, folder })))
      await addJudgements(judgements)
      await db.deleteFrom('binnedCaptures').where('id', '=', id).execute()
      return true
    },

    expired: (before, limit) =>
      db
        .selectFrom('binnedCaptures')
        .select(['id', 'project'])
        .where('deleted', '<', before)
        .orderBy('deleted')
        .orderBy('id')
        .limit(limit)
        .execute(),

    async purge(project, ids) {
      if (ids.length === 0) return []
      const gone = await db
        .deleteFrom('binnedCaptures')
        .where('project', '=', project)
        .where('id', 'in', ids)
        .returning('rows')
        .execute()
      return gone.flatMap(({ rows }) => read(rows).assets.map(({ blob, size }) => ({ blob, size })))
    },
  }
}

const read = (rows: string): Rows => JSON.parse(rows)
