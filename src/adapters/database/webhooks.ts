/** The outbox of webhooks, which is their log too. */
import type { Delivery, WebhookEndpoint, WebhookRepository } from '../../core/webhooks/records.ts'
import { changes } from './patch.ts'
import type { DeliveryRow, Scope, WebhookEndpointRow } from './schema.ts'

/** Rows deleted by one statement, and statements of one sweep; the rest waits for the next sweep. */
const sweepRows = 500
const sweepStatements = 10

const lineColumns = [
  'id',
  'project',
  'event',
  'subject',
  'target',
  'contentType',
  'state',
  'tries',
  'attempts',
  'nextAttempt',
  'created',
] as const

export function createWebhooks(scope: Scope): WebhookRepository {
  const { db } = scope

  return {
    ...createStops(scope),
    ...createEndpoints(scope),
    ...createSecrets(scope),

    async insert(delivery) {
      await db
        .insertInto('webhookDeliveries')
        .values({ ...delivery, attempts: JSON.stringify(delivery.attempts) })
        .execute()
    },

    async find(id) {
      const row = await db.selectFrom('webhookDeliveries').selectAll().where('id', '=', id).executeTakeFirst()
      return row && decode(row)
    },

    async list({ project, state, subject }, limit) {
      let query = db.selectFrom('webhookDeliveries').select(lineColumns)
      if (project !== undefined) query = query.where('project', '=', project)
      if (state !== undefined) query = query.where('state', '=', state)
      if (subject !== undefined) query = query.where('subject', '=', subject)
      const rows = await query.orderBy('created', 'desc').orderBy('id', 'desc').limit(limit).execute()
      return rows.map(decode)
    },

    async update(id, job, { attempts, ...plain }) {
      const patch = attempts === undefined ? plain : { ...plain, attempts: JSON.stringify(attempts) }
      const result = await db
        .updateTable('webhookDeliveries')
        .set({ job, ...patch })
        .where('id', '=', id)
        .where('job', '=', job)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async restart(id, job, nextAttempt) {
      const result = await db
        .updateTable('webhookDeliveries')
        .set({ job, nextAttempt, state: 'pending', tries: 0 })
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async sweep(before) {
      let swept = 0
      for (let statement = 0; statement < sweepStatements; statement += 1) {
        const result = await db
          .deleteFrom('webhookDeliveries')
          .where('id', 'in', ({ selectFrom }) =>
            selectFrom('webhookDeliveries as old')
              .select('old.id')
              .where('old.created', '<', before)
              .where('old.state', '<>', 'pending')
              .orderBy('old.created')
              .limit(sweepRows),
          )
          .executeTakeFirst()
        swept += Number(result.numDeletedRows)
        if (Number(result.numDeletedRows) < sweepRows) break
      }
      return swept
    },
  }
}

function createStops({ db }: Scope): Pick<WebhookRepository, 'stop' | 'stopped' | 'stops' | 'resume'> {
  return {
    async stop(stop) {
      await db
        .insertInto('webhookStops')
        .values(stop)
        .onConflict((conflict) => conflict.columns(['project', 'targetHash']).doNothing())
        .execute()
    },

    async stopped(project, targetHash) {
      const row = await db
        .selectFrom('webhookStops')
        .select('delivery')
        .where('project', '=', project)
        .where('targetHash', '=', targetHash)
        .executeTakeFirst()
      return row !== undefined
    },

    stops(project) {
      const query = db.selectFrom('webhookStops').selectAll().orderBy('created').orderBy('targetHash')
      return (project === undefined ? query : query.where('project', '=', project)).execute()
    },

    async resume(project, targetHash) {
      const result = await db
        .deleteFrom('webhookStops')
        .where('project', '=', project)
        .where('targetHash', '=', targetHash)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}

type EndpointMethods = 'endpoints' | 'findEndpoint' | 'addEndpoint' | 'updateEndpoint' | 'removeEndpoint'

function createEndpoints({ db }: Scope): Pick<WebhookRepository, EndpointMethods> {
  return {
    async endpoints(project) {
      const endpoints = db.selectFrom('webhookEndpoints').selectAll().where('project', '=', project)
      // Ids begin with their time.
      const rows = await endpoints.orderBy('id').execute()
      return rows.map(decodeEndpoint)
    },

    async findEndpoint(id) {
      const row = await db.selectFrom('webhookEndpoints').selectAll().where('id', '=', id).executeTakeFirst()
      return row && decodeEndpoint(row)
    },

    async addEndpoint({ events, enabled, ...plain }) {
      await db
        .insertInto('webhookEndpoints')
        .values({ ...plain, events: JSON.stringify(events), enabled: enabled ? 1 : 0 })
        .execute()
    },

    async updateEndpoint(id, { events, enabled, ...plain }) {
      const patch = {
        ...plain,
        ...(events === undefined ? {} : { events: JSON.stringify(events) }),
        ...(enabled === undefined ? {} : { enabled: enabled ? (1 as const) : (0 as const) }),
      }
      const result = await db
        .updateTable('webhookEndpoints')
        .set(changes(patch, { id }))
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async removeEndpoint(id) {
      const result = await db.deleteFrom('webhookEndpoints').where('id', '=', id).executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}

const decodeEndpoint = ({ events, enabled, ...plain }: WebhookEndpointRow): WebhookEndpoint => ({
  ...plain,
  events: JSON.parse(events),
  enabled: enabled === 1,
})

function createSecrets({ db }: Scope): Pick<WebhookRepository, 'secrets' | 'addSecret' | 'expireSecrets'> {
  return {
    secrets: (project) =>
      db.selectFrom('webhookSecrets').selectAll().where('project', '=', project).orderBy('number', 'desc').execute(),

    async addSecret(secret) {
      const inserted = await db
        .insertInto('webhookSecrets')
        .values(secret)
        .onConflict((conflict) => conflict.columns(['project', 'number']).doNothing())
        .returning('number')
        .executeTakeFirst()
      return inserted !== undefined
    },

    async expireSecrets(project, expires) {
      await db
        .updateTable('webhookSecrets')
        .set({ expires })
        .where('project', '=', project)
        .where((secret) => secret.or([secret('expires', 'is', null), secret('expires', '>', expires)]))
        .execute()
    },
  }
}

function decode<Row extends Pick<DeliveryRow, 'attempts'>>(
  row: Row,
): Omit<Row, 'attempts'> & Pick<Delivery, 'attempts'> {
  return { ...row, attempts: JSON.parse(row.attempts) }
}
