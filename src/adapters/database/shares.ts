/** Links for people without an account. */
import type { Share, ShareRepository } from '../../core/sites/share-records.ts'
import type { Scope, ShareRow } from './schema.ts'

export function createShares({ db }: Scope): ShareRepository {
  const all = () => db.selectFrom('siteShares').selectAll()

  return {
    async insert(share) {
      await db.insertInto('siteShares').values(encode(share)).execute()
    },

    async find(id) {
      const row = await all().where('id', '=', id).executeTakeFirst()
      return row && decode(row)
    },

    async findByToken(tokenHash) {
      const row = await all().where('tokenHash', '=', tokenHash).executeTakeFirst()
      return row && decode(row)
    },

    async page(project, { user, after, limit }) {
      let query = all().where('project', '=', project)
      if (user !== undefined) query = query.where('user', '=', user)
      if (after !== undefined) {
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('created', 'id'), '<', tuple(after.created, after.id)),
        )
      }
      return (await query.orderBy('created', 'desc').orderBy('id', 'desc').limit(limit).execute()).map(decode)
    },

    async delete(project, id, user) {
      let query = db.deleteFrom('siteShares').where('project', '=', project).where('id', '=', id)
      if (user !== undefined) query = query.where('user', '=', user)
      return (await query.executeTakeFirst()).numDeletedRows > 0n
    },
  }
}

function encode({ photos, allowDownload, allowedOrigins, ...row }: Share): ShareRow {
  return {
    ...row,
    photos: photos && JSON.stringify(photos),
    allowDownload: allowDownload ? 1 : 0,
    allowedOrigins: JSON.stringify(allowedOrigins),
  }
}

function decode({ photos, allowDownload, allowedOrigins, ...row }: ShareRow): Share {
  return {
    ...row,
    photos: photos === null ? null : JSON.parse(photos),
    allowDownload: allowDownload === 1,
    allowedOrigins: JSON.parse(allowedOrigins),
  }
}
