/** What was said of versions of files, and the vectors that likeness is looked for in. */
import { sql } from 'kysely'
import type { JudgementRepository, KeptJudgement } from '../../core/vision/records.ts'
import type { JudgementRow, Scope } from './schema.ts'

/** Versions named in one statement. */
const batch = 500

export function createJudgements(scope: Scope): JudgementRepository {
  const { db } = scope
  return {
    async put({ asset, project, blob, made, score, label, ...said }, vector) {
      const kept = await db
        .updateTable('assets')
        .set({ score, label })
        .where('id', '=', asset)
        .where('project', '=', project)
        .where('blob', '=', blob)
        .executeTakeFirst()
      if (kept.numUpdatedRows === 0n) return false
      await deleteJudgements(scope, [asset])
      const row: JudgementRow = {
        asset,
        project,
        blob,
        score,
        label,
        ...said,
        aspects: JSON.stringify(said.aspects),
        reasons: JSON.stringify(said.reasons),
        tags: JSON.stringify(said.tags),
        space: vector?.space ?? null,
        made,
      }
      await db.insertInto('judgements').values(row).execute()
      if (vector === undefined) return true
      const { space, scale, bytes } = vector
      await db.insertInto('vectors').values({ project, space, made, asset, scale, vector: bytes }).execute()
      return true
    },

    async find(project, asset) {
      const row = await db
        .selectFrom('judgements')
        .selectAll()
        .where('asset', '=', asset)
        .where('project', '=', project)
        .executeTakeFirst()
      return row && decode(row)
    },

    async list(project, assets) {
      const found = new Map<string, KeptJudgement>()
      for (let start = 0; start < assets.length; start += batch) {
        const some = assets.slice(start, start + batch)
        const rows = await db
          .selectFrom('judgements')
          .selectAll()
          .where('asset', 'in', some)
          .where('project', '=', project)
          .execute()
        for (const row of rows) found.set(row.asset, decode(row))
      }
      return found
    },

    async copy(copies, made) {
      for (let start = 0; start < copies.length; start += batch) {
        const pairs = copies.slice(start, start + batch)
        const from = pairs.map((pair) => pair.from)
        const to = sql`case asset ${sql.join(
          pairs.map((pair) => sql`when ${pair.from} then ${pair.to}`),
          sql` `,
        )} end`
        await sql`insert into judgements
          (asset, project, blob, score, aspects, reasons, label, confidence, tags, version, space, made)
          select ${to}, project, blob, score, aspects, reasons, label, confidence, tags, version, space,
            cast(${made} as bigint)
          from judgements where asset in (${sql.join(from)})`.execute(db)
        await sql`insert into vectors (project, space, made, asset, scale, vector)
          select j.project, j.space, cast(${made} as bigint), j.asset, s.scale, s.vector
          from judgements j join sights s on s.blob = j.blob and s.space = j.space
          where j.asset in (${sql.join(pairs.map((pair) => pair.to))})`.execute(db)
      }
    },
  }
}

const decode = ({ aspects, reasons, tags, label, ...row }: JudgementRow): KeptJudgement => ({
  ...row,
  label: label as KeptJudgement['label'],
  aspects: JSON.parse(aspects),
  reasons: JSON.parse(reasons),
  tags: JSON.parse(tags),
})

/** What was said of versions that go. */
export async function deleteJudgements({ db }: Scope, assets: readonly string[]): Promise<void> {
  for (let start = 0; start < assets.length; start += batch) {
    const gone = await db
      .deleteFrom('judgements')
      .where('asset', 'in', assets.slice(start, start + batch))
      .returning(['asset', 'project', 'space', 'made'])
      .execute()
    const keys = gone.flatMap(({ asset, project, space, made }) =>
      space === null ? [] : [sql`(${project}, ${space}, cast(${made} as bigint), ${asset})`],
    )
    if (keys.length === 0) continue
    await sql`delete from vectors where (project, space, made, asset) in (values ${sql.join(keys)})`.execute(db)
  }
}
