/** Bulk jobs on folders: what they were asked to do, how far they are, what they could not do. */
import type { BulkJobRepository } from '../../core/folders/records.ts'
import type { BulkJobRow, Scope } from './schema.ts'

export function createBulkJobs({ db }: Scope): BulkJobRepository {
  return {
    async insert({ cursor, failures, ...job }) {
      const row: BulkJobRow = {
        ...job,
        targetMade: job.targetMade ? 1 : 0,
        includeVersions: job.includeVersions ? 1 : 0,
        cursor: JSON.stringify(cursor),
        failures: JSON.stringify(failures),
      }
      await db.insertInto('bulkJobs').values(row).execute()
    },

    async find(project, id) {
      const row = await db
        .selectFrom('bulkJobs')
        .selectAll()
        .where('id', '=', id)
        .where('project', '=', project)
        .executeTakeFirst()
      return (
        row && {
          ...row,
          targetMade: row.targetMade === 1,
          includeVersions: row.includeVersions === 1,
          cursor: JSON.parse(row.cursor ?? 'null'),
          failures: JSON.parse(row.failures),
        }
      )
    },

    async update(id, { cursor, failures, ...plain }) {
      const patch: Partial<BulkJobRow> = { ...plain }
      if (cursor !== undefined) patch.cursor = JSON.stringify(cursor)
      if (failures !== undefined) patch.failures = JSON.stringify(failures)
      const result = await db.updateTable('bulkJobs').set(patch).where('id', '=', id).executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async sweep(project, before) {
      await db.deleteFrom('bulkJobs').where('project', '=', project).where('finished', '<', before).execute()
    },
  }
}
