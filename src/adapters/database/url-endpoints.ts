/** URL endpoints. */
import type { UrlEndpoint, UrlEndpointRepository } from '../../core/origins/records.ts'
import type { Scope, UrlEndpointRow } from './schema.ts'

export function createUrlEndpoints({ db, touch }: Scope): UrlEndpointRepository {
  const of = (project: string) => db.selectFrom('urlEndpoints').selectAll().where('project', '=', project)

  return {
    async put(endpoint) {
      touch(endpoint.project)
      const row = encode(endpoint)
      const { project: _project, id: _id, created: _created, ...patch } = row
      await db
        .insertInto('urlEndpoints')
        .values(row)
        .onConflict((conflict) => conflict.columns(['project', 'id']).doUpdateSet(patch))
        .execute()
    },

    async find(project, id) {
      const row = await of(project).where('id', '=', id).executeTakeFirst()
      return row && decode(row)
    },

    async findByPrefix(project, urlPrefix) {
      const row = await of(project).where('urlPrefix', '=', urlPrefix).executeTakeFirst()
      return row && decode(row)
    },

    async list(project) {
      const rows = await of(project).orderBy('created').orderBy('id').execute()
      return rows.map(decode)
    },

    async delete(project, id) {
      touch(project)
      const result = await db
        .deleteFrom('urlEndpoints')
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}

function encode(endpoint: UrlEndpoint): UrlEndpointRow {
  const { origins, urlRewriter } = endpoint
  return {
    ...endpoint,
    origins: JSON.stringify(origins),
    urlRewriter: urlRewriter === null ? null : JSON.stringify(urlRewriter),
  }
}

function decode(row: UrlEndpointRow): UrlEndpoint {
  return {
    ...row,
    origins: JSON.parse(row.origins),
    urlRewriter: row.urlRewriter === null ? null : JSON.parse(row.urlRewriter),
  }
}
