/** Balances of accounts: every change is one conditional statement, or runs under a lock of the user's row. */
import type { CreditRepository } from '../../core/users/records.ts'
import { lockRow } from './lock-row.ts'
import type { Scope } from './schema.ts'

const sweepRows = 500

export function createCredits(scope: Scope): CreditRepository {
  const { db, keysChange } = scope

  /** Undefined when the balance is unlimited by now. */
  async function add(user: string, amount: number): Promise<number | undefined> {
    const row = await db
      .updateTable('users')
      .set((old) => ({ credits: old('credits', '+', amount) }))
      .where('id', '=', user)
      .where('credits', 'is not', null)
      .returning('credits')
      .executeTakeFirst()
    return row?.credits ?? undefined
  }

  async function giveBack(id: string): Promise<number | undefined> {
    const reserved = await db
      .deleteFrom('creditReservations')
      .where('id', '=', id)
      .returning(['user', 'cost'])
      .executeTakeFirst()
    return reserved && add(reserved.user, reserved.cost)
  }

  return {
    async lock(user) {
      const row = await lockRow(
        scope,
        db.selectFrom('users').select('credits').where('id', '=', user),
      ).executeTakeFirst()
      return row === undefined ? undefined : row.credits
    },

    async reserve(reservation) {
      const { user, cost } = reservation
      const row = await db
        .updateTable('users')
        .set((old) => ({ credits: old('credits', '-', cost) }))
        .where('id', '=', user)
        .where('credits', '>=', cost)
        .returning('credits')
        .executeTakeFirst()
      if (row === undefined || row.credits === null) return undefined
      await db.insertInto('creditReservations').values(reservation).execute()
      return row.credits
    },

    async spend(id) {
      await db.deleteFrom('creditReservations').where('id', '=', id).execute()
    },

    giveBack,

    async set(change) {
      keysChange()
      const { user, after } = change
      await db.updateTable('users').set({ credits: after }).where('id', '=', user).execute()
      await db.deleteFrom('creditReservations').where('user', '=', user).execute()
      await db.insertInto('creditJournal').values(change).execute()
    },

    journal: (user, limit) =>
      db
        .selectFrom('creditJournal')
        .selectAll()
        .where('user', '=', user)
        .orderBy('created', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),

    async sweep(now) {
      const old = await db
        .selectFrom('creditReservations')
        .select('id')
        .where('expires', '<=', now)
        .orderBy('expires')
        .limit(sweepRows)
        .execute()
      for (const { id } of old) await giveBack(id)
      return old.length
    },
  }
}
