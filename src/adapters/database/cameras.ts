/** Cameras and their alerts; what they report is in diagnostics.ts. */
import { sql } from 'kysely'
import { alertKinds, type Camera, type CameraRepository } from '../../core/sites/cameras/records.ts'
import { createDiagnostics } from './diagnostics.ts'
import { lockRow } from './lock-row.ts'
import { holding, oneOf } from './one-of.ts'
import { changes } from './patch.ts'
import type { CameraRow, Scope } from './schema.ts'

export function createCameras(scope: Scope): CameraRepository {
  const { db } = scope
  const cameras = () => db.selectFrom('cameras').selectAll()
  const of = (project: string, id: string) => cameras().where('project', '=', project).where('id', '=', id)

  return {
    async insert(camera) {
      await db.insertInto('cameras').values(encode(camera)).execute()
    },

    async find(project, id) {
      const row = await of(project, id).executeTakeFirst()
      return row && decode(row)
    },

    async lock(project, id) {
      const row = await lockRow(scope, of(project, id)).executeTakeFirst()
      return row && decode(row)
    },

    async taken(project, { name, serial, installation }, id = '') {
      const others = () => db.selectFrom('cameras').select('id').where('project', '=', project).where('id', '!=', id)
      const isThere = async (query: ReturnType<typeof others>) => (await query.executeTakeFirst()) !== undefined
      if (name !== undefined && (await isThere(others().where('name', '=', name)))) return 'name'
      if (serial && (await isThere(others().where('serial', '=', serial)))) return 'serial'
      if (installation && (await isThere(others().where('installation', '=', installation)))) return 'installation'
      return undefined
    },

    async page({ project, visible, installation, enabled, q, alert }, { after, limit }) {
      if (visible.length === 0) return []
      let query = cameras().where('project', '=', project)
      if (visible === 'installed') query = query.where('installation', 'is not', null)
      else if (visible !== 'all') query = query.where(oneOf(scope, 'installation', visible))
      if (installation !== undefined)
        query = query.where('installation', installation === null ? 'is' : '=', installation)
      if (enabled !== undefined) query = query.where('enabled', '=', enabled ? 1 : 0)
      if (q !== undefined) {
        const like = holding(q.toLowerCase())
        query = query.where(({ or }) =>
          or(
            (['name', 'serial'] as const).map(
              (column) => sql<boolean>`lower(${sql.ref(column)}) like ${like} escape '\\'`,
            ),
          ),
        )
      }
      if (alert !== undefined) {
        query = query.where(({ exists, selectFrom }) =>
          exists(
            selectFrom('cameraAlerts')
              .select('camera')
              .whereRef('cameraAlerts.camera', '=', 'cameras.id')
              .where('kind', '=', alert)
              .where('since', 'is not', null),
          ),
        )
      }
      if (after !== undefined) {
        query = query.where(({ eb, refTuple, tuple }) => eb(refTuple('name', 'id'), '>', tuple(after.name, after.id)))
      }
      return (await query.orderBy('name').orderBy('id').limit(limit).execute()).map(decode)
    },

    async at(installations) {
      if (installations.length === 0) return []
      return (await cameras().where('installation', 'in', installations).execute()).map(decode)
    },

    async update(id, { enabled, schedule, ...plain }) {
      const row = await db
        .updateTable('cameras')
        .set(
          changes(
            {
              ...plain,
              ...(enabled === undefined ? {} : { enabled: flagOf(enabled) }),
              ...(schedule === undefined ? {} : { schedule: schedule && JSON.stringify(schedule) }),
            },
            { id },
          ),
        )
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return row && decode(row)
    },

    async lost(at, limit) {
      return (await cameras().where('lost', '<=', at).orderBy('lost').limit(limit).execute()).map(decode)
    },

    async ids(after, limit) {
      const rows = await db
        .selectFrom('cameras')
        .select('id')
        .where('id', '>', after ?? '')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ id }) => id)
    },

    async alerts(ids) {
      if (ids.length === 0) return []
      const states = await db
        .selectFrom('cameraAlerts')
        .selectAll()
        .where('camera', 'in', ids)
        .where('since', 'is not', null)
        .execute()
      return states.sort((one, other) => alertKinds.indexOf(one.kind) - alertKinds.indexOf(other.kind))
    },

    alertStates: (camera) => db.selectFrom('cameraAlerts').selectAll().where('camera', '=', camera).execute(),

    async saveAlerts(states) {
      if (states.length === 0) return
      await db
        .insertInto('cameraAlerts')
        .values([...states])
        .onConflict((conflict) =>
          conflict.columns(['camera', 'kind']).doUpdateSet(({ ref }) => ({
            since: ref('excluded.since'),
            value: ref('excluded.value'),
            last: ref('excluded.last'),
            streak: ref('excluded.streak'),
          })),
        )
        .execute()
    },

    async dropAlerts(camera, kinds) {
      if (kinds.length === 0) return
      await db.deleteFrom('cameraAlerts').where('camera', '=', camera).where('kind', 'in', kinds).execute()
    },

    ...createDiagnostics(scope),
  }
}

const flagOf = (value: boolean) => (value ? 1 : 0)

function encode({ enabled, schedule, ...row }: Camera): CameraRow {
  return { ...row, enabled: flagOf(enabled), schedule: schedule && JSON.stringify(schedule) }
}

function decode({ enabled, schedule, ...row }: CameraRow): Camera {
  return { ...row, enabled: enabled === 1, schedule: schedule === null ? null : JSON.parse(schedule) }
}
