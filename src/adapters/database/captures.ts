/** Captures, with the counts of days, tags and installations that follow them. */
import { sql } from 'kysely'
import {
  type Capture,
  type CaptureDay,
  type CapturePatch,
  type CaptureRepository,
  type Flag,
  flags,
  type JudgedCapture,
} from '../../core/sites/records.ts'
import { countedOf, countIn, type Days, recount } from './capture-days.ts'
import { countOf, pageOf } from './capture-pages.ts'
import { thinnedPage } from './capture-slots.ts'
import { createCaptureTimes } from './capture-times.ts'
import { lockRow } from './lock-row.ts'
import { oneOf } from './one-of.ts'
import { runPrepared } from './prepared.ts'
import type { CaptureRow, CaptureTagRow, Scope } from './schema.ts'

type JudgedRow = CaptureRow & { score: number | null; label: string | null }

/** Rows named in one statement. */
const batch = 500

export function createCaptures(scope: Scope): CaptureRepository {
  const { db } = scope
  const times = createCaptureTimes(scope)

  const judged = () =>
    db
      .selectFrom('captures')
      .leftJoin('assets', (join) => join.onRef('assets.file', '=', 'captures.asset').on('assets.current', '=', 1))
      .selectAll('captures')
      .select(['assets.score', 'assets.label'])

  /** Not those of a deleted installation that a job has not moved to the bin yet. */
  const present = (project: string) =>
    judged()
      .where('captures.project', '=', project)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('installations')
            .select('installations.id')
            .whereRef('installations.id', '=', 'captures.installation')
            .where('installations.deleted', 'is', null),
        ),
      )

  const one = async (query: ReturnType<typeof judged>) => {
    const row = await query.limit(1).executeTakeFirst()
    return row && decode(row)
  }

  const addPhotos = async (installation: string, change: number) => {
    await db
      .updateTable('installations')
      .set(({ eb }) => ({ photos: eb('photos', '+', change) }))
      .where('id', '=', installation)
      .execute()
  }

  /** Adds to the counts of tags; those that nothing has any more go. */
  async function countTags(installation: string, changes: ReadonlyMap<string, number>): Promise<void> {
    const rows = [...changes]
      .filter(([, count]) => count !== 0)
      .map(([tag, count]) => ({ installation, tag, count }))
      .sort((a, b) => (a.tag < b.tag ? -1 : 1))
    if (rows.length === 0) return
    for (const some of batches(rows)) {
      await db
        .insertInto('siteTags')
        .values(some)
        .onConflict((conflict) =>
          conflict.columns(['installation', 'tag']).doUpdateSet({ count: sql`site_tags.count + excluded.count` }),
        )
        .execute()
    }
    const fewer = rows.filter(({ count }) => count < 0).map(({ tag }) => tag)
    for (const some of batches(fewer)) {
      await db
        .deleteFrom('siteTags')
        .where('installation', '=', installation)
        .where('tag', 'in', some)
        .where('count', '<=', 0)
        .execute()
    }
  }

  async function addTags(rows: readonly CaptureTagRow[]): Promise<void> {
    for (const some of batches(rows)) await db.insertInto('captureTags').values(some).execute()
  }

  async function dropTags(rows: readonly CaptureTagRow[]): Promise<void> {
    for (const some of batches(rows)) {
      const keys = some.map(
        ({ installation, tag, day, minute, taken, capture }) =>
          sql`(${installation}, ${tag}, cast(${day} as bigint), cast(${minute} as bigint), cast(${taken} as bigint), ${capture})`,
      )
      await sql`delete from capture_tags
        where (installation, tag, day, minute, taken, capture) in (values ${sql.join(keys)})`.execute(db)
    }
  }

  /** Brings tags, counts and days from what they have of these captures to what they should have. */
  async function follow(before: readonly Capture[], after: readonly Capture[]): Promise<void> {
    for (const installation of new Set([...before, ...after].map((capture) => capture.installation))) {
      const had = before.filter((capture) => capture.installation === installation)
      const has = after.filter((capture) => capture.installation === installation)
      if (had.length !== has.length) await addPhotos(installation, has.length - had.length)
      const [old, now] = [had.flatMap(tagRows), has.flatMap(tagRows)]
      const [oldKeys, nowKeys] = [keysOf(old), keysOf(now)]
      await dropTags([...oldKeys].filter(([key]) => !nowKeys.has(key)).map(([, row]) => row))
      await addTags([...nowKeys].filter(([key]) => !oldKeys.has(key)).map(([, row]) => row))
      const changes = new Map<string, number>()
      for (const { tag } of now) changes.set(tag, (changes.get(tag) ?? 0) + 1)
      for (const { tag } of old) changes.set(tag, (changes.get(tag) ?? 0) - 1)
      await countTags(installation, changes)
      await recount(scope, daysOf(installation, had, has))
    }
  }

  async function rowsOf(project: string, ids: readonly string[]): Promise<Capture[]> {
    const found: Capture[] = []
    for (const some of batches(ids)) {
      const rows = await db
        .selectFrom('captures')
        .selectAll()
        .where('id', 'in', some)
        .where('project', '=', project)
        .execute()
      found.push(...rows.map(captureOf))
    }
    return found
  }

  async function updateMany(project: string, changes: readonly { id: string; patch: CapturePatch }[]) {
    const patches = new Map(changes.map(({ id, patch }) => [id, patch]))
    const before = await rowsOf(project, [...patches.keys()])
    const after = before.map((capture) => ({ ...capture, ...patches.get(capture.id) }))
    // One by one, and in few journeys to the database.
    await Promise.all(
      after.map((capture) => {
        const { tags, flags: mask, exposure } = encode(capture)
        return db
          .updateTable('captures')
          .set({ ...timesOf(capture), tags, flags: mask, exposure })
          .where('id', '=', capture.id)
          .execute()
      }),
    )
    await follow(before, after)
    return after
  }

  return {
    async insert(capture) {
      const row = encode(capture)
      const photo = countedOf(capture, row.flags)
      const rows = tagRows(capture)
      // In one journey to the database.
      await Promise.all([
        db.insertInto('captures').values(row).execute(),
        addPhotos(capture.installation, 1),
        countIn(scope, [{ photo, tags: ['', ...rows.map(({ tag }) => tag)] }]),
        ...(rows.length === 0
          ? []
          : [addTags(rows), countTags(capture.installation, new Map(rows.map(({ tag }) => [tag, 1])))]),
      ])
    },

    async find(project, id) {
      const [row] = await runPrepared(scope, 'captures.find', { project, id }, (values) =>
        present(values.project).where('captures.id', '=', values.id),
      )
      return row && decode(row)
    },

    async findMany(project, ids) {
      if (ids.length === 0) return []
      return (await present(project).where('captures.id', 'in', ids).execute()).map(decode)
    },

    findSame: (installation, camera, sha256) =>
      one(
        judged()
          .where('holder', '=', camera ?? installation)
          .where('sha256', '=', sha256),
      ),

    page: (filter, page) => pageOf(scope, filter, page),
    thinned: (filter, every, page) => thinnedPage(scope, filter, every, page),
    count: (filter) => countOf(scope, filter),

    latest: (installation) =>
      one(
        judged()
          .where('captures.installation', '=', installation)
          .orderBy('captures.taken', 'desc')
          .orderBy('captures.id', 'desc'),
      ),

    async latestOf(installations) {
      if (installations.length === 0) return []
      // One look at the end of the index for each.
      const newest = sql<string>`(select c.id from captures c where c.installation = installations.id
        order by c.taken desc, c.id desc limit 1)`
      const ids = db
        .selectFrom('installations')
        .select(newest.as('id'))
        .where(oneOf(scope, 'installations.id', installations))
      return (await judged().where('captures.id', 'in', ids).execute()).map(decode)
    },

    times: times.times,

    async setTimes(project, changes) {
      const locals = new Map(changes.map(({ before, local }) => [before.id, local]))
      const before = await rowsOf(project, [...locals.keys()])
      await times.move(changes)
      await follow(
        before,
        before.map((capture) => ({ ...capture, ...locals.get(capture.id) })),
      )
    },

    async nearest(installation, at) {
      const of = () => judged().where('captures.installation', '=', installation)
      const [before, after] = await Promise.all([
        one(of().where('taken', '<=', at).orderBy('captures.taken', 'desc').orderBy('captures.id', 'desc')),
        one(of().where('taken', '>', at).orderBy('captures.taken').orderBy('captures.id')),
      ])
      if (before === undefined || after === undefined) return before ?? after
      return at - before.taken <= after.taken - at ? before : after
    },

    async days(installation, from, to) {
      const rows = await db
        .selectFrom('captureDays')
        .select(['day', 'count', 'firstTaken', 'firstId', 'lastTaken', 'lastId', 'cover', 'coverRank'])
        .where('installation', '=', installation)
        .where('tag', '=', '')
        .where('day', '>=', from)
        .where('day', '<=', to)
        .orderBy('day')
        .orderBy('holder')
        .execute()
      return joinCameras(rows)
    },

    async tags(installations, { after, limit }) {
      if (installations.length === 0) return []
      let query = db
        .selectFrom('siteTags')
        .select(({ fn }) => ['tag', fn.sum<number>('count').as('count')])
        .where('installation', 'in', installations)
      if (after !== undefined) query = query.where('tag', '>', after)
      const rows = await query.groupBy('tag').orderBy('tag').limit(limit).execute()
      return rows.map(({ tag, count }) => ({ tag, count: Number(count) }))
    },

    update: async ({ id, project }, patch) => (await updateMany(project, [{ id, patch }])).length > 0,
    updateMany,

    async places(project) {
      const rows = await db
        .selectFrom('installations')
        .select('id')
        .where('project', '=', project)
        .where('deleted', 'is', null)
        .execute()
      return rows.map(({ id }) => id)
    },

    async hold(installations) {
      if (installations.length === 0) return
      await lockRow(
        scope,
        db.selectFrom('installations').select('id').where('id', 'in', installations).orderBy('id'),
      ).execute()
    },

    some: (project, installation, limit) =>
      db
        .selectFrom('captures')
        .select(['id', 'asset'])
        .where('installation', '=', installation)
        .where('project', '=', project)
        .orderBy('taken')
        .orderBy('id')
        .limit(limit)
        .execute(),

    async delete(project, ids) {
      const gone: Capture[] = []
      for (const some of batches(ids)) {
        const rows = await db
          .deleteFrom('captures')
          .where('project', '=', project)
          .where('id', 'in', some)
          .returningAll()
          .execute()
        gone.push(...rows.map(captureOf))
      }
      await follow(gone, [])
      return gone
    },

    async ofAssets(project, assets) {
      const found: Capture[] = []
      for (const some of batches(assets)) {
        const rows = await db
          .selectFrom('captures')
          .selectAll()
          .where('asset', 'in', some)
          .where('project', '=', project)
          .execute()
        found.push(...rows.map(captureOf))
      }
      return found
    },
  }
}

function batches<Item>(all: readonly Item[]): Item[][] {
  const parts: Item[][] = []
  for (let start = 0; start < all.length; start += batch) parts.push(all.slice(start, start + batch))
  return parts
}

/** Several cameras of one installation have a row each for the same day. */
function joinCameras(rows: readonly DayOfCamera[]): CaptureDay[] {
  const days: DayOfCamera[] = []
  for (const row of rows) {
    const before = days.at(-1)
    if (before?.day !== row.day) {
      days.push({ ...row })
      continue
    }
    before.count += row.count
    if (precedes(row.firstTaken, row.firstId, before.firstTaken, before.firstId)) {
      before.firstTaken = row.firstTaken
      before.firstId = row.firstId
    }
    if (precedes(before.lastTaken, before.lastId, row.lastTaken, row.lastId)) {
      before.lastTaken = row.lastTaken
      before.lastId = row.lastId
    }
    if (precedes(row.coverRank, row.cover, before.coverRank, before.cover)) {
      before.cover = row.cover
      before.coverRank = row.coverRank
    }
  }
  return days.map(({ day, count, firstId, lastId, cover }) => ({ day, count, first: firstId, last: lastId, cover }))
}

interface DayOfCamera {
  day: number
  count: number
  firstTaken: number
  firstId: string
  lastTaken: number
  lastId: string
  cover: string
  coverRank: number
}

const precedes = (key: number, id: string, otherKey: number, other: string) =>
  key < otherKey || (key === otherKey && id < other)

const tagRows = ({ installation, day, minute, taken, id, tags, flags: given }: Capture): CaptureTagRow[] =>
  [...new Set(tags)].map((tag) => ({ installation, tag, day, minute, taken, capture: id, flags: maskOf(given) }))

const keysOf = (rows: readonly CaptureTagRow[]) => new Map(rows.map((row) => [JSON.stringify(Object.values(row)), row]))

/** Days, of all photos and of each tag, that are other than they were. */
function daysOf(installation: string, before: readonly Capture[], after: readonly Capture[]): Days[] {
  const days = new Map<string, Set<number>>()
  const change = (tag: string, day: number) => days.set(tag, (days.get(tag) ?? new Set()).add(day))
  const now = new Map(after.map((capture) => [capture.id, capture]))
  const stays = (a: Capture, b: Capture | undefined) =>
    b !== undefined &&
    a.taken === b.taken &&
    a.day === b.day &&
    a.minute === b.minute &&
    maskOf(a.flags) === maskOf(b.flags)
  for (const had of before) {
    const has = now.get(had.id)
    const same = stays(had, has)
    if (!same) change('', had.day)
    if (!same && has !== undefined) change('', has.day)
    for (const tag of had.tags) if (!same || !has?.tags.includes(tag)) change(tag, had.day)
    for (const tag of has?.tags ?? []) if (!same || !had.tags.includes(tag)) change(tag, has?.day ?? had.day)
  }
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, of]) => ({ installation, tag, days: [...of].sort((a, b) => a - b) }))
}

export const maskOf = (given: readonly Flag[]) => given.reduce((mask, flag) => mask | (1 << flags.indexOf(flag)), 0)

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

export function captureOf({ holder: _, tags, flags: mask, exposure, ...row }: CaptureRow): Capture {
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
