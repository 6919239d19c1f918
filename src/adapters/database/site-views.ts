/** What cameras usually see. */
import type { SiteView, SiteViewRepository } from '../../core/sites/views.ts'
import type { Scope, SiteViewRow } from './schema.ts'

export function createSiteViews({ db }: Scope): SiteViewRepository {
  const of = (installation: string, holder: string) =>
    db.selectFrom('siteViews').selectAll().where('installation', '=', installation).where('holder', '=', holder)

  return {
    async around(installation, holder, moment) {
      const [before, after] = await Promise.all([
        of(installation, holder)
          .where('since', '<=', moment)
          .orderBy('since', 'desc')
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst(),
        of(installation, holder).where('since', '>', moment).orderBy('since').orderBy('id').limit(1).executeTakeFirst(),
      ])
      return [before, after].flatMap((row) => (row === undefined ? [] : decode(row)))
    },

    async insert(view) {
      await db.insertInto('siteViews').values(encode(view)).execute()
    },

    async update(view) {
      const { id, ...rest } = encode(view)
      await db.updateTable('siteViews').set(rest).where('id', '=', id).execute()
    },

    async deleteOf(installation) {
      await db.deleteFrom('siteViews').where('installation', '=', installation).execute()
    },
  }
}

function encode({ usual, next, ...row }: SiteView): SiteViewRow {
  return { ...row, usual: JSON.stringify(usual), next: next && JSON.stringify(next) }
}

function decode({ usual, next, ...row }: SiteViewRow): SiteView {
  return { ...row, usual: JSON.parse(usual), next: next === null ? null : JSON.parse(next) }
}
