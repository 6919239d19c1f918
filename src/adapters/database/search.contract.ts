/**
 * What search finds on every store: held against the plain evaluator (core/assets/search/evaluate.ts) on random
 * libraries and random queries, from a fixed seed, so that a failure comes back.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Asset, CustomMetadata, Folder, PlacedAsset } from '../../core/assets/records.ts'
import { evaluate } from '../../core/assets/search/evaluate.ts'
import { type ItemType, itemOfAsset, itemOfFolder, itemTypes, type SearchItem } from '../../core/assets/search/item.ts'
import { everything } from '../../core/assets/search/query.ts'
import { readQuery } from '../../core/assets/search/read-query.ts'
import { type SearchRequest, type SortKey, sortKeys } from '../../core/assets/search/records.ts'
import type { CustomFieldType } from '../../core/custom-fields/records.ts'
import type { MetadataStore } from '../../core/ports.ts'
import { compareHits } from './search/search.ts'
import { aFolder, anAsset, fresh } from './test-records.ts'

const libraries = 4
const queriesEach = 552
const atOnce = 4
const now = 1_700_000_000_000
const day = 86_400_000
/** So small that walks take several slices and sets are too large to be fetched. */
const tuning = { countedItems: 12, firstSlice: 5, longestSlice: 40 }

const fields: Record<string, CustomFieldType> = {
  colour: 'Text',
  rating: 'Number',
  shot: 'Date',
  sold: 'Boolean',
  grade: 'SingleSelect',
  'rooms é %': 'MultiSelect',
}
const customFields = (name: string) => {
  const type = fields[name]
  return type === undefined ? undefined : { type }
}

interface Item {
  id: string
  item: SearchItem
  record: PlacedAsset | Folder
}

export function searchContract(store: () => MetadataStore): void {
  const random = createRandom(20_260_704)

  describe('search', () => {
    for (let library = 1; library <= libraries; library += 1) {
      let project = ''
      let items: Item[] = []
      beforeAll(async () => {
        project = fresh('library')
        items = await fill(store(), project, random)
      })

      it(`finds what the evaluator finds: ${queriesEach} random queries of library ${library}`, async () => {
        const ask = async () => {
          const { text, ...request } = randomRequest(random, project)
          const query = text === undefined ? everything : readQuery(text, { customFields, now })
          const answer = await store().read.search.find({ ...request, query })
          const ids = answer.found.map((found) => ('asset' in found ? found.asset.id : found.folder.id))
          const matching = expected(items, { ...request, query })
          const context = JSON.stringify({ text, ...request })
          expect(ids, context).toEqual(matching.slice(request.skip, request.skip + request.limit).map(({ id }) => id))
          if (answer.exact) expect(answer.total, context).toBe(matching.length)
          else expect(answer.total, context).toBeLessThanOrEqual(matching.length)
        }
        for (let count = 0; count < queriesEach; count += atOnce) {
          await Promise.all(Array.from({ length: atOnce }, ask))
        }
      })
    }

    it('gives whole records', async () => {
      const project = fresh('library')
      const items = await fill(store(), project, random)
      const answer = await store().read.search.find(aRequest(project, { types: ['file', 'folder'] }))
      for (const found of answer.found) {
        const record = 'asset' in found ? found.asset : found.folder
        expect(record).toEqual(items.find(({ id }) => id === record.id)?.record)
      }
      expect(answer).toMatchObject({ total: answer.found.length, exact: true })
    })

    it('follows changes, versions and deletions', async () => {
      const project = fresh('library')
      const folder = aFolder(project, '')
      const first = anAsset(folder, { name: 'one.jpg', tags: ['old'], customMetadata: { rating: 1 } })
      const second = anAsset(folder, { name: 'one.jpg', tags: ['new'], file: first.file, version: 2 })
      const find = async (text: string, types: ItemType[] = ['file']) => {
        const query = readQuery(text, { customFields, now })
        const { found } = await store().read.search.find(aRequest(project, { query, types }))
        return found.map((hit) => ('asset' in hit ? hit.asset.id : hit.folder.id))
      }
      await store().tx(async ({ folders, assets }) => {
        await folders.ensure(folder)
        await assets.insert(first)
      })
      expect(await find('tags IN ["old"] AND "customMetadata.rating" = 1')).toEqual([first.id])
      await store().tx(({ assets }) => assets.update(first.id, { tags: ['Older'], customMetadata: { rating: 2 } }))
      expect(await find('tags IN ["old"]')).toEqual([])
      expect(await find('tags HAS "older" AND "customMetadata.rating" > 1')).toEqual([first.id])
      await store().tx(async ({ assets }) => {
        await assets.setCurrent(first.file, null)
        await assets.insert(second)
      })
      expect(await find('name HAS "one"')).toEqual([second.id])
      expect(await find('name HAS "one"', ['file-version'])).toEqual([first.id])
      await store().tx(({ assets }) => assets.setCurrent(first.file, first.id))
      expect(await find('name HAS "one" AND "customMetadata.rating" = 2')).toEqual([first.id])
      expect(await find('tags IN ["new"]', ['file-version'])).toEqual([second.id])
      await store().tx(({ assets }) => assets.setCurrent(first.file, second.id))
      expect(await find('"customMetadata.rating" = 2')).toEqual([])
      await store().tx(({ assets }) => assets.deleteVersion(first.id))
      await store().tx(({ assets }) => assets.delete(second.file))
      expect(await find('name HAS "one"', ['file', 'file-version'])).toEqual([])
      expect(await find('tags IN ["new"]')).toEqual([])
    })

    it('names matches, and those among given files, of the project alone', async () => {
      const project = fresh('library')
      const items = await fill(store(), project, random)
      const current = items.filter(({ item }) => item.type === 'file')
      const ids = items.map(({ id }) => id)
      for (const text of ['score > 5', 'tags EXISTS AND score NOT EXISTS', 'label = "kitchen" OR name HAS "img"']) {
        const query = readQuery(text, { customFields, now })
        const expectedIds = current.filter(({ item }) => evaluate(query, item)).map(({ id }) => id)
        expect(expectedIds.length, text).toBeGreaterThan(2)
        const request = { project, query, longestMs: 5000 }
        const all = await store().read.search.matching(request, 1000)
        expect({ ...all, assets: all.assets.toSorted() }).toEqual({ assets: expectedIds.toSorted(), exact: true })
        expect(await store().read.search.matching(request, 2)).toMatchObject({ exact: false })
        expect((await store().read.search.among(request, ids)).toSorted()).toEqual(expectedIds.toSorted())
        expect(await store().read.search.among({ ...request, project: 'another' }, ids)).toEqual([])
      }
      const [first, second] = current
      const loaded = await store().read.search.load(project, [second?.id ?? '', 'nothing', first?.id ?? ''])
      expect(loaded).toEqual([second?.record, first?.record])
      expect(await store().read.search.load('another', ids)).toEqual([])
    })

    it('gives up at its deadline, saying how to go on', async () => {
      const project = fresh('library')
      await fill(store(), project, random)
      const query = readQuery('name CONTAINS "nothing like this"', { customFields, now })
      await expect(store().read.search.find(aRequest(project, { query, longestMs: -1, tuning }))).rejects.toMatchObject(
        {
          code: 'timed_out',
          param: 'searchQuery',
        },
      )
      await expect(store().read.search.find(aRequest(project, { query, skip: 100_001 }))).rejects.toMatchObject({
        code: 'invalid',
        param: 'skip',
      })
    })
  })
}

function aRequest(project: string, given: Partial<SearchRequest>): SearchRequest {
  return {
    project,
    query: everything,
    types: ['file'],
    sort: 'CREATED',
    descending: false,
    skip: 0,
    limit: 1000,
    longestMs: 5000,
    ...given,
  }
}

function expected(
  items: readonly Item[],
  { query, types, sort, descending }: Omit<SearchRequest, 'skip' | 'limit'>,
): Item[] {
  return items
    .filter(({ item }) => types.includes(item.type) && evaluate(query, item))
    .sort((a, b) => (descending ? -1 : 1) * compareHits(hit(a, sort), hit(b, sort)))
}

function hit({ id, item }: Item, sort: SortKey) {
  const keys = {
    NAME: item.name,
    CREATED: item.createdAt,
    UPDATED: item.updatedAt,
    WIDTH: item.width ?? -1,
    HEIGHT: item.height ?? -1,
    SIZE: item.size ?? -1,
    SCORE: item.score ?? -1,
  }
  return { id, sortKey: keys[sort] }
}

interface Random {
  /** 0 to below `end`. */
  whole(end: number): number
  pick<T>(values: readonly T[]): T
  some<T>(values: readonly T[], most: number): T[]
  chance(share: number): boolean
}

/** Mulberry32: small, and the same everywhere. */
function createRandom(seed: number): Random {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const whole = (end: number) => Math.floor(next() * end)
  const pick = <T>(values: readonly T[]): T => values[whole(values.length)] as T
  return {
    whole,
    pick,
    some: (values, most) => [...new Set(Array.from({ length: whole(most + 1) }, () => pick(values)))],
    chance: (share) => next() < share,
  }
}

const words = ['red', 'dress', 'dresses', 'Sea', 'pier', 'été', 'img', '2026', 'a', 'straße', '東京', '𝔘p']
const tags = [
  'sea',
  'Sea',
  'summer-sale',
  'red dress',
  'a,b',
  '50%',
  "it's",
  '"x"',
  '\\',
  'é',
  '["',
  'x'.repeat(300),
  `${'x'.repeat(300)}y`,
]
const paths = ['', '/a', '/a/b', '/a/b/c', '/ab', '/a0', '/é', '/Z_9']
const formats = ['jpg', 'png', 'svg', 'pdf']
const users = ['ann@example.org', 'Ann', null, null]
const grades = [1, 5, 10, '5', 'good', true, '2024-01-01']
const rooms = ['bath', 'bed room', 2, false]
const dates = ['2024-05-01', '2024-05-01T10:00:00.000Z', '2024-05-01T10:00:00.500Z', '2024-06-01T00:00:00+02:00']
const spots = [
  [0, 0],
  [41.3851, 2.1734],
  [41.4, 2.2],
  [-17, 179.99],
  [-17, -179.99],
  [90, 0],
  [10, 10],
] as const
const scores = [null, null, 0, 5.5, 7, 7.0001, 10]
const roomLabels = [null, 'kitchen', 'bedroom', 'unknown']
const moments = [0, 1, 2, 3, 7, 30].map((days) => now - days * day)
const sides = [null, 1, 100, 640, 640, 4000]
const sizes = [0, 1, 1024, 1536, 1_048_576, 9_007_199_254_740_991]

async function fill(store: MetadataStore, project: string, random: Random): Promise<Item[]> {
  const folders = paths.map((path) => ({
    ...aFolder(project, path),
    id: randomId(random),
    created: random.pick(moments),
    updated: random.pick(moments),
    customMetadata: randomCustom(random),
  }))
  for (const folder of folders)
    folder.parent =
      folders.find(({ path }) => path === folder.path.slice(0, Math.max(0, folder.path.lastIndexOf('/'))))?.id ?? null
  const root = folders[0]
  if (root === undefined) throw new Error('no root')
  root.parent = null
  const assets: PlacedAsset[] = []
  for (let count = 0; count < 70; count += 1) {
    const folder = random.pick(folders)
    const versions = random.chance(0.15) ? 1 + random.whole(3) : 1
    const name = `${random.some(words, 3).join(random.pick(['_', '-', '.']))}${count}.${random.pick(formats)}`
    const created = random.pick(moments)
    let file: string | undefined
    for (let version = 1; version <= versions; version += 1) {
      const asset = randomAsset(random, folder, { name, created, version, current: version === versions })
      file ??= asset.id
      assets.push({ ...asset, file, folderPath: folder.path })
    }
  }
  await store.tx(async (tx) => {
    for (const folder of folders) await tx.folders.ensure(folder)
  })
  // A few at a time: no transaction may stay open for long, however busy the machine is.
  for (let start = 0; start < assets.length; start += 10) {
    await store.tx(async (tx) => {
      for (const { folderPath: _, ...asset } of assets.slice(start, start + 10)) await tx.assets.insert(asset)
    })
  }
  return [
    ...assets.map((asset) => ({ id: asset.id, item: itemOfAsset(asset), record: asset })),
    ...folders
      .filter(({ path }) => path !== '')
      .map((folder) => ({ id: folder.id, item: itemOfFolder(folder), record: folder })),
  ]
}

/** The same in each run, unlike those of ids.ts. */
function randomId(random: Random): string {
  return Array.from({ length: 24 }, () => random.whole(16).toString(16)).join('')
}

function randomAsset(random: Random, folder: Folder, fixed: Partial<Asset>): Asset {
  const width = random.pick(sides)
  const [latitude, longitude] = random.pick(spots)
  const embedded: Record<string, unknown> = {
    Keywords: random.some(tags, 2),
    ...(random.chance(0.5) ? { DateTimeOriginal: random.pick(dates) } : {}),
    ...(random.chance(0.5) ? { GPSLatitude: latitude, GPSLongitude: longitude } : {}),
  }
  return anAsset(folder, {
    ...fixed,
    id: randomId(random),
    size: random.pick(sizes),
    format: random.pick(formats),
    kind: random.chance(0.8) ? 'image' : 'non-image',
    width,
    height: width === null ? null : random.pick([1, 50, 480]),
    alpha: random.pick([null, true, false]),
    tags: random.some(tags, 3),
    aiTags: random.some(tags, 1).map((name) => ({ name, confidence: 90, source: 'google-auto-tagging' })),
    customMetadata: randomCustom(random),
    isPrivate: random.chance(0.2),
    isPublished: random.chance(0.8),
    embeddedMetadata: random.chance(0.7) ? embedded : null,
    score: random.pick(scores),
    label: random.pick(roomLabels),
    createdBy: random.pick(users),
    updated: random.pick(moments),
  })
}

function randomCustom(random: Random): CustomMetadata {
  const custom: CustomMetadata = {}
  if (random.chance(0.5)) custom.colour = random.some([...words, ...tags], 3).join(' ')
  if (random.chance(0.5)) custom.rating = random.pick([-1, 0, 4.3, 4.5, 10])
  if (random.chance(0.5)) custom.shot = random.pick(dates)
  if (random.chance(0.5)) custom.sold = random.chance(0.5)
  if (random.chance(0.5)) custom.grade = random.pick(grades)
  if (random.chance(0.5)) custom['rooms é %'] = random.some(rooms, 3)
  return custom
}

const quote = (text: unknown) => JSON.stringify(String(text)).replaceAll(/\\[^"\\]/g, '')
const ordered = ['=', '<', '<=', '>', '>=', 'IN', 'NOT =', 'NOT IN']
const chosen = ['=', 'IN', 'NOT =', 'NOT IN']
const textual = [...chosen, ':']

/** Fields with their operators and values that are often there. */
const askable: [field: string, operators: readonly string[], values: readonly string[]][] = [
  [
    'name',
    [...textual, 'HAS', 'CONTAINS'],
    [...words, 'red_', 'RED', 'dr', 'jp', '0.p', 'red dress', 'ÉT', 'STRASSE'].map(quote),
  ],
  ['tags', ['IN', 'NOT IN', 'EXISTS', 'NOT EXISTS'], tags.map(quote)],
  ['tags', ['HAS'], ['sea', 'sale sum', 'x', 'dre', 'RED DRESS', 'é'].map(quote)],
  ['type', chosen, itemTypes.map(quote)],
  ['createdAt', ordered, ['7d', '2d', '2023-11-14', '2023-11-14T22:13:20', '1m', '1y']],
  ['updatedAt', ordered, ['7d', '1w', '1d', '2023-11-14T22:13:20.000']],
  ['width', ordered, ['0', '100', '640', '99.5', '1e300', '-5']],
  ['height', ordered, ['50', '480', '479.9']],
  ['size', ordered, ['0', '"1kb"', '"1.5kb"', '1mb', '1024', '1e18']],
  ['format', chosen, formats.map(quote)],
  ['score', [...ordered, 'EXISTS', 'NOT EXISTS'], ['0', '5.5', '7', '7.00005', '-1', '11']],
  ['label', [...chosen, 'EXISTS', 'NOT EXISTS'], ['kitchen', 'bedroom', 'unknown', 'map'].map(quote)],
  ['private', ['='], ['true', 'false']],
  ['published', ['='], ['true', 'false']],
  ['transparency', ['='], ['true', 'false']],
  ['createdBy', chosen, ['ann@example.org', 'Ann', 'Bob'].map(quote)],
  ['path', textual, [...paths, '/a/', '/none', '/'].map(quote)],
  ['"embeddedMetadata.Keywords"', ['IN', 'NOT IN', 'EXISTS', 'NOT EXISTS'], tags.map(quote)],
  [
    '"embeddedMetadata.DateTimeOriginal"',
    [...ordered, 'EXISTS'],
    ['2024-05-01', '2024-05-01T10:00:00', '2024-05-31T22:00:00'],
  ],
  [
    '"embeddedMetadata.LocationTaken"',
    ['='],
    ['41.4,2.2 5km', '0,0 3000km', '-17,-179.99 5km', '89,90 200km', '0,0|42,3', '0,0|0,20|20,20|20,0', '1,1 1m'].map(
      quote,
    ),
  ],
  [
    '"customMetadata.colour"',
    [...textual, 'HAS', 'EXISTS', 'NOT EXISTS'],
    [...words, ...tags.slice(0, 6), 'red', 'Sea sea'].map(quote),
  ],
  ['"customMetadata.rating"', [...ordered, 'EXISTS'], ['0', '4.3', '4.5', '-1', '100']],
  [
    '"customMetadata.shot"',
    ordered,
    ['2024-05-01', '2024-05-01T10:00:00', '2024-05-01T10:00:00.500Z', '2024-05-31T22:00:00'],
  ],
  ['"customMetadata.sold"', ['='], ['true', 'false']],
  ['"customMetadata.grade"', [...chosen, ':'], ['5', '"5"', 'good', 'g', '1', 'true', '2024-01-01']],
  ['"customMetadata.grade"', ['<', '<=', '>', '>='], ['5', '1', '7.5']],
  ['"customMetadata.rooms é %"', ['IN', 'NOT IN', 'EXISTS'], ['bath', '"bed room"', '2', 'false', 'none']],
]

function randomQuery(random: Random, depth: number): string {
  if (depth > 0 && random.chance(0.5)) {
    const joined = Array.from({ length: 2 + random.whole(2) }, () => randomQuery(random, depth - 1))
    return `(${joined.join(random.pick([' AND ', ' OR ']))})`
  }
  const [field, operators, values] = random.pick(askable)
  const operator = random.pick(operators)
  if (operator.endsWith('EXISTS')) return `${field} ${operator}`
  if (operator.endsWith('IN')) return `${field} ${operator} [${random.some(values, 4).join(', ')}]`
  const value = random.pick(values)
  // Nothing to look for: refused.
  if (operator === 'HAS' && !/[\p{L}\p{N}]/u.test(value)) return `${field} HAS "a"`
  if (operator === 'CONTAINS' && value === '""') return `${field} CONTAINS "a"`
  return `${field} ${operator} ${value}`
}

function randomRequest(random: Random, project: string): Omit<SearchRequest, 'query'> & { text: string | undefined } {
  return {
    project,
    text: random.chance(0.05) ? undefined : randomQuery(random, random.whole(3)),
    types: random.pick<ItemType[]>([
      ['file'],
      ['file'],
      ['folder'],
      ['file', 'folder'],
      ['file-version'],
      [...itemTypes],
    ]),
    sort: random.chance(0.4) ? 'CREATED' : random.pick(sortKeys),
    descending: random.chance(0.5),
    skip: random.chance(0.6) ? 0 : random.whole(20),
    limit: random.pick([1, 3, 10, 1000]),
    longestMs: 60_000,
    ...(random.chance(0.7) ? { tuning } : {}),
  }
}
