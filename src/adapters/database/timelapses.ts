/** Films: what was asked for, how far they are, and their stretches while they are made. */
import type { Timelapse, TimelapseRepository } from '../../core/sites/timelapse-records.ts'
import { changes } from './patch.ts'
import type { Scope, TimelapseRow } from './schema.ts'

const finals = ['done', 'failed', 'cancelled']

export function createTimelapses({ db }: Scope): TimelapseRepository {
  /** Without the list of photos, which is long. */
  const known = () =>
    db
      .selectFrom('timelapses')
      .select(['id', 'project', 'installation', 'user', 'hash', 'status', 'progress', 'frames', 'skipped'])
      .select(['durationMs', 'wishes', 'encoder', 'video', 'poster', 'size', 'error', 'origin'])
      .select(['created', 'finished', 'expires'])

  return {
    async insert(timelapse, captures) {
      await db
        .insertInto('timelapses')
        .values({ ...encode(timelapse), captures: JSON.stringify(captures) })
        .execute()
    },

    async find(project, id) {
      const row = await known().where('id', '=', id).where('project', '=', project).executeTakeFirst()
      return row && decode(row)
    },

    async captures(id) {
      const row = await db.selectFrom('timelapses').select('captures').where('id', '=', id).executeTakeFirst()
      return JSON.parse(row?.captures ?? '[]')
    },

    async findSame(installation, hash) {
      const row = await known()
        .where('installation', '=', installation)
        .where('hash', '=', hash)
        .where('status', 'in', ['queued', 'running', 'done'])
        .limit(1)
        .executeTakeFirst()
      return row && decode(row)
    },

    async page(installation, { after, limit }) {
      let query = known().where('installation', '=', installation)
      if (after !== undefined) {
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('created', 'id'), '<', tuple(after.created, after.id)),
        )
      }
      const rows = await query.orderBy('created', 'desc').orderBy('id', 'desc').limit(limit).execute()
      return rows.map(decode)
    },

    async update(id, from, patch) {
      const over = patch.status !== undefined && finals.includes(patch.status)
      const { numUpdatedRows } = await db
        .updateTable('timelapses')
        // Which photos they were is of no use afterwards.
        .set(changes({ ...patch, ...(over ? { captures: null } : {}) }, { id }))
        .where('id', '=', id)
        .where('status', 'in', from)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async segments(id) {
      const rows = await db
        .selectFrom('timelapseSegments')
        .select(['position', 'blob', 'frames', 'skipped'])
        .where('timelapse', '=', id)
        .orderBy('position')
        .execute()
      return rows
    },

    async addSegment(id, segment) {
      await db
        .insertInto('timelapseSegments')
        .values({ timelapse: id, ...segment })
        .execute()
    },

    async dropSegments(id) {
      const rows = await db.deleteFrom('timelapseSegments').where('timelapse', '=', id).returning('blob').execute()
      return rows.flatMap(({ blob }) => blob ?? [])
    },

    async delete(project, id) {
      const row = await db
        .deleteFrom('timelapses')
        .where('id', '=', id)
        .where('project', '=', project)
        .returningAll()
        .executeTakeFirst()
      return row && decode(row)
    },

    async overdue(now, limit) {
      const expired = await known().where('expires', '<=', now).limit(limit).execute()
      const orphaned = await known()
        .where(({ eb, selectFrom }) =>
          eb('installation', 'in', selectFrom('installations').select('id').where('deleted', 'is not', null)),
        )
        .limit(limit)
        .execute()
      return [...expired, ...orphaned].slice(0, limit).map(decode)
    },

    async ofInstallation(project, installation, limit) {
      const rows = await known()
        .where('installation', '=', installation)
        .where('project', '=', project)
        .limit(limit)
        .execute()
      return rows.map(decode)
    },
  }
}

function encode(timelapse: Timelapse): Omit<TimelapseRow, 'captures'> {
  const { format, fps, width, height, fit, dateStamp, watermark, deflicker, holdLastMs, ...row } = timelapse
  const wishes = { format, fps, width, height, fit, dateStamp, watermark, deflicker, holdLastMs }
  return { ...row, wishes: JSON.stringify(wishes) }
}

function decode({ wishes, ...row }: Omit<TimelapseRow, 'captures'> & { captures?: unknown }): Timelapse {
  const { captures: _, ...known } = row
  return { ...known, ...JSON.parse(wishes) }
}
