/** Assets of the library: a row per version. */
import { sql } from 'kysely'
import type { Asset, AssetPatch, AssetRepository, PlacedAsset } from '../../core/assets/records.ts'
import { deletedFieldNames, withoutDeleted } from './custom-fields.ts'
import { deleteJudgements } from './judgements.ts'
import { lockRow } from './lock-row.ts'
import { changes } from './patch.ts'
import { runPrepared } from './prepared.ts'
import type { AssetRow, Scope } from './schema.ts'
import { follow } from './search/keep.ts'
import { type Entry, entryOfAsset } from './search/terms.ts'

/** Ids named in one statement. */
const batch = 500

export function createAssets(scope: Scope): AssetRepository {
  const { db } = scope
  const placed = (project: string) =>
    db
      .selectFrom('assets')
      // A deleted folder is nobody's while a job deletes what is in it: its files are gone with it.
      .innerJoin('folders', (join) =>
        join.onRef('folders.id', '=', 'assets.folder').onRef('folders.project', '=', 'assets.project'),
      )
      .selectAll('assets')
      .select(['folders.path as folderPath', deletedFieldNames(scope, project).as('deletedFields')])
      .where('assets.project', '=', project)

  /** Runs `write`, which changes these versions or deletes them, and lets search follow. */
  async function followed<T>(by: 'file' | 'id', values: readonly string[], write: () => Promise<T>): Promise<T> {
    const before = await entries(by, values)
    for (const { project } of before) scope.touch(project)
    const result = await write()
    const ids = before.map(({ item }) => item)
    await follow(scope, before, await entries('id', ids))
    return result
  }

  /** What search has of these versions, which stay as they are until the transaction ends. */
  async function entries(by: 'file' | 'id', values: readonly string[]): Promise<Entry[]> {
    const found: Entry[] = []
    for (let start = 0; start < values.length; start += batch) {
      const some = values.slice(start, start + batch)
      const rows = await lockRow(scope, db.selectFrom('assets').selectAll().where(by, 'in', some)).execute()
      found.push(...rows.map((row) => entryOfAsset(decodeAsset(row))))
    }
    return found
  }

  return {
    async insert(...assets) {
      for (const { project } of assets) scope.touch(project)
      // In one journey: the search tables do not refer to the assets' rows.
      await Promise.all([
        db.insertInto('assets').values(assets.map(encodeAsset)).execute(),
        follow(scope, [], assets.map(entryOfAsset)),
      ])
    },

    async find(project, file) {
      const [row] = await runPrepared(scope, 'assets.byId', { project, file }, (values) =>
        placed(values.project).where('assets.file', '=', values.file).where('assets.current', '=', 1),
      )
      return row && decodePlaced(row)
    },

    async findVersion(project, file, id) {
      const row = await placed(project).where('assets.id', '=', id).where('assets.file', '=', file).executeTakeFirst()
      return row && decodePlaced(row)
    },

    async findByName(folder, name) {
      const row = await db
        .selectFrom('assets')
        .selectAll()
        .select(deletedFieldNames(scope, sql.ref('assets.project')).as('deletedFields'))
        .where('folder', '=', folder)
        .where('name', '=', name)
        .where('current', '=', 1)
        .executeTakeFirst()
      return row && decodeShown(row)
    },

    async findByPath(project, folderPath, name) {
      const [row] = await runPrepared(scope, 'assets.byPath', { project, folderPath, name }, (values) =>
        placed(values.project)
          .where('folders.path', '=', values.folderPath)
          .where('assets.name', '=', values.name)
          .where('assets.current', '=', 1),
      )
      return row && decodePlaced(row)
    },

    async findMany(project, files) {
      const found: PlacedAsset[] = []
      for (let start = 0; start < files.length; start += batch) {
        const rows = await placed(project)
          .where('assets.file', 'in', files.slice(start, start + batch))
          .where('assets.current', '=', 1)
          .execute()
        found.push(...rows.map(decodePlaced))
      }
      return found
    },

    places: (project, files) =>
      db
        .selectFrom('assets')
        .innerJoin('folders', 'folders.id', 'assets.folder')
        .select(['assets.file', 'assets.folder'])
        .where('assets.project', '=', project)
        .where('folders.project', '=', project)
        .where('assets.file', 'in', files)
        .where('assets.current', '=', 1)
        .execute(),

    async versions(project, file) {
      const rows = await placed(project)
        .where('assets.file', '=', file)
        .orderBy('assets.current', 'desc')
        .orderBy('assets.version', 'desc')
        .execute()
      return rows.map(decodePlaced)
    },

    async countVersions(file) {
      const { count, version, lastDeleted } = await db
        .selectFrom('assets')
        .select(({ fn }) => [
          fn.countAll<number>().as('count'),
          fn.max('version').as('version'),
          fn.max('lastDeleted').as('lastDeleted'),
        ])
        .where('file', '=', file)
        .executeTakeFirstOrThrow()
      return { count, last: Math.max(version ?? 0, lastDeleted ?? 0) }
    },

    update: (id, patch) =>
      followed('id', [id], async () => {
        const result = await db
          .updateTable('assets')
          .set(changes(encodePatch(patch), { id }))
          .where('id', '=', id)
          .executeTakeFirst()
        return result.numUpdatedRows > 0n
      }),

    async setCurrent(file, id) {
      const changing = await db
        .selectFrom('assets')
        .select('id')
        .where('file', '=', file)
        .where((either) => either.or([either('current', '=', 1), ...(id === null ? [] : [either('id', '=', id)])]))
        .execute()
      const ids = changing.map((version) => version.id)
      await followed('id', ids, async () => {
        // Off first: two current rows of one name cannot be.
        await db.updateTable('assets').set({ current: 0 }).where('file', '=', file).where('current', '=', 1).execute()
        if (id === null) return
        await db.updateTable('assets').set({ current: 1 }).where('file', '=', file).where('id', '=', id).execute()
      })
    },

    async retag(versions, updated) {
      if (versions.length === 0) return
      const each = (column: 'tags' | 'aiTags') =>
        sql<string>`case id ${sql.join(
          versions.map((version) => sql`when ${version.id} then ${JSON.stringify(version[column])}`),
          sql` `,
        )} end`
      const ids = versions.map(({ id }) => id)
      await followed('id', ids, () =>
        db
          .updateTable('assets')
          .set({ tags: each('tags'), aiTags: each('aiTags'), updated })
          .where('id', 'in', ids)
          .execute(),
      )
    },

    async publish(file, isPublished, updated) {
      const wanted = isPublished ? 1 : 0
      const rows = await db
        .updateTable('assets')
        .set({ isPublished: wanted, updated })
        .where('file', '=', file)
        .where('isPublished', '!=', wanted)
        .returning('project')
        .execute()
      for (const { project } of rows) scope.touch(project)
      return rows.length > 0
    },

    async move(file, folder, updated) {
      const rows = await db
        .updateTable('assets')
        .set({ folder, updated })
        .where('file', '=', file)
        .returning('project')
        .execute()
      for (const { project } of rows) scope.touch(project)
    },

    async rename(file, name, updated) {
      await followed('file', [file], () =>
        db.updateTable('assets').set({ name, updated }).where('file', '=', file).execute(),
      )
    },

    async append(file, { after, file: into, folder, created }, updated) {
      await followed('file', [file], () =>
        db
          .updateTable('assets')
          .set((row) => ({ file: into, folder, created, version: row('version', '+', after), lastDeleted: 0, updated }))
          .where('file', '=', file)
          .execute(),
      )
    },

    delete: (...files) =>
      followed('file', files, async () => {
        const gone = await db
          .deleteFrom('assets')
          .where('file', 'in', files)
          .returning(['id', 'blob', 'size'])
          .execute()
        await deleteJudgements(
          scope,
          gone.map(({ id }) => id),
        )
        return gone.map(({ blob, size }) => ({ blob, size }))
      }),

    deleteVersion: (id) =>
      followed('id', [id], async () => {
        const deleted = await db
          .deleteFrom('assets')
          .where('id', '=', id)
          .returning(['file', 'version', 'lastDeleted', 'blob', 'size'])
          .executeTakeFirst()
        if (deleted === undefined) return undefined
        await deleteJudgements(scope, [id])
        const { file, version, blob, size } = deleted
        const last = Math.max(version, deleted.lastDeleted)
        await db
          .updateTable('assets')
          .set({ lastDeleted: last })
          .where('file', '=', file)
          .where('current', '=', 1)
          .where('version', '<', last)
          .where('lastDeleted', '<', last)
          .execute()
        return { blob, size }
      }),
  }
}

export function encodeAsset(asset: Asset): AssetRow {
  return {
    ...asset,
    current: asset.current ? 1 : 0,
    alpha: asset.alpha === null ? null : asset.alpha ? 1 : 0,
    tags: JSON.stringify(asset.tags),
    aiTags: JSON.stringify(asset.aiTags),
    customMetadata: JSON.stringify(asset.customMetadata),
    isPrivate: asset.isPrivate ? 1 : 0,
    isPublished: asset.isPublished ? 1 : 0,
    embeddedMetadata: asset.embeddedMetadata === null ? null : JSON.stringify(asset.embeddedMetadata),
    video: asset.video === null ? null : JSON.stringify(asset.video),
  }
}

function encodePatch({ tags, aiTags, customMetadata, isPrivate, isPublished, ...plain }: AssetPatch) {
  const patch: Partial<AssetRow> = { ...plain }
  if (tags !== undefined) patch.tags = JSON.stringify(tags)
  if (aiTags !== undefined) patch.aiTags = JSON.stringify(aiTags)
  if (customMetadata !== undefined) patch.customMetadata = JSON.stringify(customMetadata)
  if (isPrivate !== undefined) patch.isPrivate = isPrivate ? 1 : 0
  if (isPublished !== undefined) patch.isPublished = isPublished ? 1 : 0
  return patch
}

export function decodeAsset(row: AssetRow): Asset {
  return {
    ...row,
    current: row.current === 1,
    alpha: row.alpha === null ? null : row.alpha === 1,
    tags: JSON.parse(row.tags),
    aiTags: JSON.parse(row.aiTags),
    customMetadata: JSON.parse(row.customMetadata),
    isPrivate: row.isPrivate === 1,
    isPublished: row.isPublished === 1,
    embeddedMetadata: row.embeddedMetadata === null ? null : JSON.parse(row.embeddedMetadata),
    video: row.video === null ? null : JSON.parse(row.video),
  }
}

/** As it is shown. @param deletedFields of `deletedFieldNames` */
export function decodeShown({ deletedFields, ...row }: AssetRow & { deletedFields: string }): Asset {
  const asset = decodeAsset(row)
  return { ...asset, customMetadata: withoutDeleted(asset.customMetadata, deletedFields) }
}

export function decodePlaced({
  folderPath,
  ...row
}: AssetRow & { folderPath: string; deletedFields: string }): PlacedAsset {
  return { ...decodeShown(row), folderPath }
}
