/** Keeps the search tables in step with assets and folders: their repositories call this in the same transaction. */
import { sql } from 'kysely'
import type { Scope } from '../schema.ts'
import type { Entry } from './terms.ts'

const batch = 200

/** Brings the tables from what they hold of some items to what they should hold. */
export async function follow(scope: Scope, before: readonly Entry[], after: readonly Entry[]): Promise<void> {
  const now = new Map(after.map((entry) => [entry.item, entry]))
  const gone: Entry[] = []
  for (const old of before) {
    const fresh = now.get(old.item)
    if (fresh === undefined || !samePlace(old, fresh)) gone.push(old)
    else {
      await change(scope, old, fresh)
      now.delete(old.item)
    }
  }
  await remove(scope, gone)
  await add(scope, [...now.values()])
}

const samePlace = (a: Entry, b: Entry) => a.project === b.project && a.created === b.created

async function change(scope: Scope, had: Entry, fresh: Entry): Promise<void> {
  const old = { ...had, kind: fresh.kind }
  if (had.kind !== fresh.kind) await changeKind(scope, had, fresh)
  if (old.foldedName !== fresh.foldedName || old.terms.join(' ') !== fresh.terms.join(' ')) {
    const { item, foldedName } = fresh
    await scope.db
      .updateTable('searchItems')
      .set({ terms: joined(fresh.terms), foldedName })
      .where('item', '=', item)
      .execute()
    const before = new Set(old.terms)
    const now = new Set(fresh.terms)
    await removeTerms(scope, [{ ...old, terms: old.terms.filter((term) => !now.has(term)) }])
    await addTerms(scope, [{ ...fresh, terms: fresh.terms.filter((term) => !before.has(term)) }])
  }
  if (JSON.stringify(old.numbers) !== JSON.stringify(fresh.numbers)) {
    await scope.db.deleteFrom('searchNumbers').where('item', '=', old.item).execute()
    await addNumbers(scope, [fresh])
  }
  if (JSON.stringify(old.place) !== JSON.stringify(fresh.place)) {
    await scope.db.deleteFrom('searchPlaces').where('item', '=', old.item).execute()
    await addPlaces(scope, [fresh])
  }
}

/** A version that becomes current, or no longer is. */
async function changeKind({ db }: Scope, had: Entry, { kind }: Entry): Promise<void> {
  const { project, created, item, terms, numbers, place } = had
  for (let start = 0; start < terms.length; start += batch) {
    await db
      .updateTable('searchTerms')
      .set({ kind })
      .where('project', '=', project)
      .where('kind', '=', had.kind)
      .where('term', 'in', terms.slice(start, start + batch))
      .where('created', '=', created)
      .where('item', '=', item)
      .execute()
  }
  if (numbers.length > 0) await db.updateTable('searchNumbers').set({ kind }).where('item', '=', item).execute()
  if (place !== undefined) await db.updateTable('searchPlaces').set({ kind }).where('item', '=', item).execute()
}

async function remove(scope: Scope, entries: readonly Entry[]): Promise<void> {
  const from = (table: 'searchItems' | 'searchNumbers' | 'searchPlaces', some: readonly Entry[]) =>
    inBatches(some, (part) =>
      scope.db
        .deleteFrom(table)
        .where(
          'item',
          'in',
          part.map(({ item }) => item),
        )
        .execute(),
    )
  await from('searchItems', entries)
  await removeTerms(scope, entries)
  await from(
    'searchNumbers',
    entries.filter(({ numbers }) => numbers.length > 0),
  )
  await from(
    'searchPlaces',
    entries.filter(({ place }) => place !== undefined),
  )
}

/** By their whole key, many at once: each is one look into the index. */
async function removeTerms({ db }: Scope, entries: readonly Entry[]): Promise<void> {
  const keys = entries.flatMap(({ project, kind, created, item, terms }) =>
    terms.map((term) => sql`(${project}, ${kind}, ${term}, cast(${created} as bigint), ${item})`),
  )
  await inBatches(keys, (some) =>
    sql`delete from search_terms where (project, kind, term, created, item) in (values ${sql.join(some)})`.execute(db),
  )
}

async function add(scope: Scope, entries: readonly Entry[]): Promise<void> {
  const items = entries.map(({ item, terms, foldedName }) => ({ item, terms: joined(terms), foldedName }))
  await Promise.all([
    inBatches(items, (rows) => scope.db.insertInto('searchItems').values(rows).execute()),
    addTerms(scope, entries),
    addNumbers(scope, entries),
    addPlaces(scope, entries),
  ])
}

function addPlaces({ db }: Scope, entries: readonly Entry[]): Promise<void> {
  const places = entries.flatMap(({ item, project, kind, place }) =>
    place === undefined ? [] : [{ item, project, kind, ...place }],
  )
  return inBatches(places, (rows) => db.insertInto('searchPlaces').values(rows).execute())
}

function addTerms({ db }: Scope, entries: readonly Entry[]): Promise<void> {
  const rows = entries.flatMap(({ project, kind, created, item, terms }) =>
    terms.map((term) => ({ project, kind, term, created, item })),
  )
  return inBatches(rows, (some) => db.insertInto('searchTerms').values(some).execute())
}

function addNumbers({ db }: Scope, entries: readonly Entry[]): Promise<void> {
  const rows = entries.flatMap(({ project, kind, created, item, numbers }) =>
    numbers.map((number) => ({ item, ...number, project, kind, created })),
  )
  return inBatches(rows, (some) => db.insertInto('searchNumbers').values(some).execute())
}

async function inBatches<Row>(rows: readonly Row[], insert: (rows: Row[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += batch) await insert(rows.slice(start, start + batch))
}

/** With a blank at both ends: a term is found as ` term `. */
const joined = (terms: readonly string[]) => ` ${terms.join(' ')} `
