/** Captures, with the counts of days and installations that follow them. */
import { sql } from 'kysely'
import {
  type Capture,
  type CaptureFilter,
  type CaptureMark,
  type CaptureRepository,
  type Flag,
  flags,
  type JudgedCapture,
} from '../../core/sites/records.ts'
import type { CaptureRow, Scope } from './schema.ts'

type JudgedRow = CaptureRow & { score: number | null; label: string | null }

export function createCaptures(scope: Scope): CaptureRepository {
  const { db } = scope

  const judged = () =>
    db
      .selectFrom('captures')
      .leftJoin('assets', (join) => join.onRef('assets.file', '=', 'captures.asset').on('assets.current', '=', 1))
      .selectAll('captures')
      .select(['assets.score', 'assets.label'])

  const one = async (query: ReturnType<typeof judged>) => {
    const row = await query.limit(1).executeTakeFirst()
    return row && decode(row)
  }

  function filtered(filter: CaptureFilter) {
    let query = judged().where('captures.installation', 'in', filter.installations)
    if (filter.camera !== undefined) query = query.where('camera', '=', filter.camera)
    if (filter.from !== undefined) query = query.where('taken', '>=', filter.from)
    if (filter.to !== undefined) query = query.where('taken', '<', filter.to)
    if (filter.days !== undefined) query = query.where('day', 'in', filter.days)
    if (filter.weekdays !== undefined) query = query.where('weekday', 'in', filter.weekdays)
    const { minutes, hours } = filter
    if (minutes !== undefined) {
      query = query.where(({ and, or, eb }) => {
        const ends = [eb('minute', '>=', minutes.from), eb('minute', '<=', minutes.to)]
        return minutes.from <= minutes.to ? and(ends) : or(ends)
      })
    }
    if (hours !== undefined) query = query.where(sql`minute / 60`, 'in', hours)
    if (filter.flags !== undefined) {
      const mask = maskOf(filter.flags)
      query = query.where(sql<boolean>`flags & ${mask} = ${mask}`)
    }
    if (filter.notFlags !== undefined) query = query.where(sql<boolean>`flags & ${maskOf(filter.notFlags)} = 0`)
    for (const tag of filter.tags ?? []) {
      query = query.where(({ exists, selectFrom }) =>
        exists(
          selectFrom('captureTags')
            .select('capture')
            .whereRef('captureTags.installation', '=', 'captures.installation')
            .where('tag', '=', tag)
            .whereRef('captureTags.taken', '=', 'captures.taken')
            .whereRef('captureTags.capture', '=', 'captures.id'),
        ),
      )
    }
    return query
  }

  /** Adds to the counts of the capture's day and installation (-1: takes away). */
  async function countDay(capture: Capture, change: 1 | -1): Promise<void> {
    const { installation, day, weekday } = capture
    await db
      .updateTable('installations')
      .set(({ eb }) => ({ photos: eb('photos', '+', change) }))
      .where('id', '=', installation)
      .execute()
    if (change === -1) {
      await db
        .updateTable('captureDays')
        .set(({ eb }) => ({ count: eb('count', '-', 1) }))
        .where('installation', '=', installation)
        .where('day', '=', day)
        .execute()
      await db
        .deleteFrom('captureDays')
        .where('installation', '=', installation)
        .where('day', '=', day)
        .where('count', '<=', 0)
        .execute()
      return
    }
    const hours = 2 ** Math.floor(capture.minute / 60)
    const mask = maskOf(capture.flags)
    await db
      .insertInto('captureDays')
      .values({ installation, day, weekday, count: 1, hours, flags: mask })
      .onConflict((conflict) =>
        conflict.columns(['installation', 'day']).doUpdateSet({
          count: sql`capture_days.count + 1`,
          hours: sql`capture_days.hours | ${hours}`,
          flags: sql`capture_days.flags | ${mask}`,
        }),
      )
      .execute()
  }

  const tagRows = ({ installation, taken, id, tags }: Capture) =>
    [...new Set(tags)].map((tag) => ({ installation, tag, taken, capture: id }))

  async function addTags(capture: Capture): Promise<void> {
    const rows = tagRows(capture)
    if (rows.length > 0) await db.insertInto('captureTags').values(rows).execute()
  }

  async function dropTags({ installation, taken, id, tags }: Capture): Promise<void> {
    if (tags.length === 0) return
    await db
      .deleteFrom('captureTags')
      .where('installation', '=', installation)
      .where('tag', 'in', tags)
      .where('taken', '=', taken)
      .where('capture', '=', id)
      .execute()
  }

  return {
    async insert(capture) {
      await db.insertInto('captures').values(encode(capture)).execute()
      await addTags(capture)
      await countDay(capture, 1)
    },

    find: (project, id) => one(judged().where('captures.id', '=', id).where('captures.project', '=', project)),

    async findMany(project, ids) {
      if (ids.length === 0) return []
      const rows = await judged().where('captures.id', 'in', ids).where('captures.project', '=', project).execute()
      return rows.map(decode)
    },

    findSame: (installation, camera, sha256) =>
      one(
        judged()
          .where('holder', '=', camera ?? installation)
          .where('sha256', '=', sha256),
      ),

    async page(filter, { order, after, limit, skip = 0 }) {
      if (filter.installations.length === 0) return []
      let query = filtered(filter)
      if (after !== undefined) query = query.where(beyond(after, order))
      if (skip > 0) query = query.offset(skip)
      const rows = await query.orderBy('taken', order).orderBy('captures.id', order).limit(limit).execute()
      return rows.map(decode)
    },

    async count(filter) {
      if (filter.installations.length === 0) return 0
      const { count } = await db
        .selectFrom(filtered(filter).as('found'))
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
    },

    latest: (installation) =>
      one(
        judged()
          .where('captures.installation', '=', installation)
          .orderBy('taken', 'desc')
          .orderBy('captures.id', 'desc'),
      ),

    async nearest(installation, at) {
      const of = () => judged().where('captures.installation', '=', installation)
      const [before, after] = await Promise.all([
        one(of().where('taken', '<=', at).orderBy('taken', 'desc').orderBy('captures.id', 'desc')),
        one(of().where('taken', '>', at).orderBy('taken').orderBy('captures.id')),
      ])
      if (before === undefined || after === undefined) return before ?? after
      return at - before.taken <= after.taken - at ? before : after
    },

    days: (installation, from, to) =>
      db
        .selectFrom('captureDays')
        .select(['installation', 'day', 'count'])
        .where('installation', '=', installation)
        .where('day', '>=', from)
        .where('day', '<=', to)
        .orderBy('day')
        .execute(),

    async update(capture, patch) {
      const next = { ...capture, ...patch }
      const { tags, flags: mask, exposure } = encode(next)
      const { numUpdatedRows } = await db
        .updateTable('captures')
        .set({ ...timesOf(next), tags, flags: mask, exposure })
        .where('id', '=', capture.id)
        .where('project', '=', capture.project)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      await dropTags(capture)
      await addTags(next)
      await countDay(capture, -1)
      await countDay(next, 1)
      return true
    },

    async delete(project, ids) {
      if (ids.length === 0) return []
      const rows = await db
        .deleteFrom('captures')
        .where('project', '=', project)
        .where('id', 'in', ids)
        .returningAll()
        .execute()
      const gone = rows.map((row) => captureOf(row))
      for (const capture of gone) {
        await dropTags(capture)
        await countDay(capture, -1)
      }
      return gone
    },

    async ofAssets(project, assets) {
      if (assets.length === 0) return []
      const rows = await db
        .selectFrom('captures')
        .selectAll()
        .where('asset', 'in', assets)
        .where('project', '=', project)
        .execute()
      return rows.map(captureOf)
    },
  }
}

/** Later in the order than the mark. */
function beyond({ taken, id }: CaptureMark, order: 'asc' | 'desc') {
  return order === 'asc'
    ? sql<boolean>`(taken, captures.id) > (${taken}, ${id})`
    : sql<boolean>`(taken, captures.id) < (${taken}, ${id})`
}

const maskOf = (given: readonly Flag[]) => given.reduce((mask, flag) => mask | (1 << flags.indexOf(flag)), 0)

const timesOf = ({ taken, offset, day, minute, weekday, timeSource }: Capture) => ({
  taken,
  offset,
  day,
  minute,
  weekday,
  timeSource,
})

function encode(capture: Capture): CaptureRow {
  return {
    ...capture,
    holder: capture.camera ?? capture.installation,
    tags: JSON.stringify(capture.tags),
    flags: maskOf(capture.flags),
    exposure: capture.exposure && JSON.stringify(capture.exposure),
  }
}

function captureOf({ holder: _, tags, flags: mask, exposure, ...row }: CaptureRow): Capture {
  return {
    ...row,
    tags: JSON.parse(tags),
    flags: flags.filter((_flag, bit) => mask & (1 << bit)),
    exposure: exposure === null ? null : JSON.parse(exposure),
  }
}

function decode({ score, label, ...row }: JudgedRow): JudgedCapture {
  return { ...captureOf(row), score, label }
}
