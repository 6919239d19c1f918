import { describe, expect, it } from 'vitest'
import type { CustomFieldType } from '../../custom-fields/records.ts'
import { parseChecks, passesChecks, type UploadFacts } from './checks.ts'
import { evaluate } from './evaluate.ts'
import type { SearchItem } from './item.ts'
import { conditionsOf, simplify } from './query.ts'
import { readQuery, readSearch } from './read-query.ts'

const now = Date.parse('2026-03-31T12:00:00Z')
const day = 86_400_000
const types: Record<string, CustomFieldType> = {
  colour: 'Text',
  rating: 'Number',
  shot: 'Date',
  sold: 'Boolean',
  grade: 'SingleSelect',
  rooms: 'MultiSelect',
}
const customFields = (name: string) => {
  const type = types[name]
  return type === undefined ? undefined : { type }
}
const read = (text: string) => readQuery(text, { customFields, now })

const item: SearchItem = {
  type: 'file',
  id: '66f0c1d2a3b4c5d6e7f80912',
  name: 'Red_Dress-Summer.jpg',
  path: '/sales/2026',
  tags: ['Summer-sale', 'robot'],
  createdAt: now - 3 * day,
  updatedAt: now - day,
  width: 640,
  height: 480,
  size: 1536,
  format: 'jpg',
  kind: 'image',
  private: false,
  published: true,
  transparency: false,
  createdBy: 'ann@example.org',
  keywords: ['sea', 'pier'],
  takenAt: Date.parse('2019-10-16T19:01:03.500Z'),
  place: { latitude: 41.3851, longitude: 2.1734 },
  score: 7.25,
  label: 'kitchen',
  custom: {
    colour: 'Dark Red',
    rating: 4.5,
    shot: '2024-05-01T00:00:00.000Z',
    sold: true,
    grade: 5,
    rooms: ['bath', 2],
  },
}
const absent: SearchItem = {
  ...item,
  tags: [],
  width: null,
  height: null,
  createdBy: null,
  keywords: [],
  takenAt: null,
  place: null,
  score: null,
  label: null,
  custom: {},
}

describe('a query matches', () => {
  it.each([
    'name = "Red_Dress-Summer.jpg"',
    'name : "Red_"',
    'name HAS "dress RED"',
    'name HAS "summer dre"',
    'name CONTAINS "RESS-sum"',
    'name IN ["x", "Red_Dress-Summer.jpg"]',
    'name NOT = "x" AND name NOT IN ["y"]',
    'tags IN ["robot"]',
    'tags NOT IN ["winter"]',
    'tags HAS "sale robot"',
    'tags EXISTS',
    'type = "file"',
    'id = "66f0c1d2a3b4c5d6e7f80912"',
    'createdAt > "7d"',
    'createdAt < 2d AND createdAt >= 1w',
    'createdAt > "1m"',
    'createdAt = "2026-03-28T12:00:00"',
    'updatedAt >= 2026-03-30',
    'width >= 640 AND width <= "640"',
    'height IN [480, 1]',
    'size = "1.5kb"',
    'size < 1mb',
    'format = "JPEG"',
    'format IN [jpg, png]',
    'format NOT = "png"',
    'private = false AND published = true AND transparency = FALSE',
    'createdBy = "ann@example.org"',
    'path = "/sales/2026/"',
    'path : "/sales"',
    'path : "/"',
    'path NOT = "/sales"',
    '"embeddedMetadata.Keywords" IN ["pier"]',
    '"embeddedMetadata.DateTimeOriginal" < 2020-01-01',
    '"embeddedMetadata.LocationTaken" = "41.4,2.2 5km"',
    '"embeddedMetadata.LocationTaken" = "41,2|42,3"',
    '"embeddedMetadata.LocationTaken" = "41,2|41,3|42,3|42,2"',
    '"customMetadata.colour" : "Dark"',
    '"customMetadata.colour" HAS "red"',
    '"customMetadata.rating" > 4.3',
    '"customMetadata.shot" = 2024-05-01',
    '"customMetadata.sold" = true',
    '"customMetadata.grade" = 5.0',
    '"customMetadata.grade" = "5"',
    '"customMetadata.grade" >= 4',
    '"customMetadata.rooms" IN ["2", "x"]',
    'score > 7 AND score <= 7.25 AND score IN [7.25, 1] AND score EXISTS',
    'label = "kitchen" AND label NOT IN [bathroom]',
    'name = "x" OR width = 640 AND height = 480',
  ])('%s', (text) => {
    expect(evaluate(read(text), item)).toBe(true)
  })

  it.each([
    'name = "red_dress-summer.jpg"',
    'name : "red"',
    'name HAS "dre summer"',
    'tags IN []',
    'tags NOT EXISTS',
    'score > 7.25',
    'label NOT EXISTS',
    'createdAt > 2d',
    'path : "/sale"',
    'path = "/"',
    '"embeddedMetadata.LocationTaken" = "41.4,2.2 1km"',
    '"embeddedMetadata.LocationTaken" = "41,2|41,3|42,3"',
    '"customMetadata.rooms" NOT IN ["bath"]',
    '(name = "x" OR width = 640) AND height = 1',
  ])('and not: %s', (text) => {
    expect(evaluate(read(text), item)).toBe(false)
  })

  it('NOT = and NOT IN match where the field is absent, everything else does not', () => {
    const holds = (text: string) => evaluate(read(text), absent)
    expect(holds('width NOT = 640')).toBe(true)
    expect(holds('tags NOT IN ["a"] AND "customMetadata.rooms" NOT IN ["a"] AND createdBy NOT = "x"')).toBe(true)
    expect(holds('tags NOT EXISTS AND "customMetadata.colour" NOT EXISTS')).toBe(true)
    expect(holds('score NOT = 7 AND label NOT = "map" AND score NOT EXISTS')).toBe(true)
    for (const text of [
      'width < 1000',
      'score >= 0',
      'label EXISTS',
      'width >= 0',
      '"customMetadata.sold" = false',
      '"customMetadata.grade" < 9',
    ]) {
      expect(holds(text), text).toBe(false)
    }
  })

  it('circles reach over the date line', () => {
    const fiji = { ...item, place: { latitude: -17, longitude: 179.99 } }
    expect(evaluate(read('"embeddedMetadata.LocationTaken" = "-17,-179.99 5km"'), fiji)).toBe(true)
  })

  it('an age in months keeps within the month', () => {
    const [condition] = conditionsOf(read('createdAt = 1m'))
    expect(condition).toMatchObject({ spans: [{ from: Date.parse('2026-02-28T12:00:00Z') }] })
  })
})

describe('a query is refused', () => {
  it.each([
    ['colour = "x"', /there is no field colour; the fields are name, tags,.*position 1/],
    ['createdat > 7d', /write createdAt/],
    ['score > high', /score takes a number \(position 9, near high\)/],
    ['label = "loft"', /label is bathroom, bedroom,.* unknown, not loft \(position 9/],
    ['label > "a"', /label takes =, IN, NOT =, NOT IN, EXISTS, NOT EXISTS, not >/],
    ['name = "a" AND similarTo = "66f0c1d2a3b4c5d6e7f80912"', /similarTo = "<fileId>" stands once/],
    ['"customMetadata.none" = 1', /there is no custom metadata field none/],
    ['width HAS "x"', /width takes =, <, <=, >, >=, IN, NOT =, NOT IN, not HAS/],
    ['tags = "x"', /tags takes IN, NOT IN, HAS, EXISTS, NOT EXISTS, not =/],
    ['width NOT EXISTS', /not EXISTS/],
    ['width = abc', /width takes a number \(position 9, near abc\)/],
    ['width > 1e999', /takes a number/],
    ['size > "1 bit"', /bytes or a size such as "10kb"/],
    ['createdAt > "yesterday"', /createdAt takes YYYY-MM-DD/],
    ['createdAt > 2026-02-31', /createdAt takes YYYY-MM-DD/],
    ['private = "true"', /private takes true or false, without quotation marks/],
    ['type = "video"', /type is file, file-version, folder, not video/],
    ['name = ["a"]', /= takes one value; several go with IN/],
    ['name HAS "--"', /HAS needs a letter or digit/],
    ['name CONTAINS ""', /CONTAINS needs a text/],
    ['"embeddedMetadata.LocationTaken" = "1,2"', /a circle/],
    ['"embeddedMetadata.LocationTaken" = "91,2 5km"', /a circle/],
  ])('%s', (text, expected) => {
    expect(() => read(text)).toThrow(expected)
  })
})

describe('likeness', () => {
  const file = '66f0c1d2a3b4c5d6e7f80912'
  const search = (text: string) => readSearch(text, { customFields, now })

  it('is taken out of the whole, or out of an AND', () => {
    expect(search(`similarTo = "${file}"`)).toMatchObject({
      likeness: { field: 'similarTo', value: file },
      query: { kind: 'constant', value: true },
    })
    expect(search(`score > 7 AND duplicateOf = ${file} AND (width > 1 OR width < 1)`)).toMatchObject({
      likeness: { field: 'duplicateOf', value: file },
      query: { kind: 'and', parts: [{ kind: 'compare' }, { kind: 'or' }] },
    })
    expect(search('shows = " a red door " AND width > 1')).toMatchObject({
      likeness: { field: 'shows', value: 'a red door' },
      query: { kind: 'compare' },
    })
    expect(search('score > 7').likeness).toBeUndefined()
  })

  it.each([
    [`similarTo = "${file}" OR width > 1`, /stands once, alone or beside other conditions with AND \(position 1/],
    [`similarTo = "${file}" AND duplicateOf = "${file}"`, /duplicateOf = "<fileId>" stands once/],
    ['width > 1 AND similarTo = "x"', /similarTo takes the id of a file.*\(position 27/],
    [`similarTo IN ["${file}"]`, /similarTo takes =, and the id of one file/],
    ['similarTo EXISTS', /similarTo takes =/],
  ])('is refused elsewhere: %s', (text, expected) => {
    expect(() => search(text)).toThrow(expected)
  })
})

describe('simplifying', () => {
  it('decides conditions and folds constants', () => {
    const query = read('type = "folder" AND name = "a" OR type = "file" AND (width > 1 OR type = "file")')
    const as = (type: string) =>
      simplify(query, (condition) =>
        condition.kind === 'oneOf' && condition.field.name === 'type' ? condition.values.includes(type) : undefined,
      )
    expect(as('folder')).toMatchObject({ kind: 'oneOf', values: ['a'] })
    expect(as('file')).toEqual({ kind: 'constant', value: true })
    expect(as('file-version')).toEqual({ kind: 'constant', value: false })
  })
})

describe('checks', () => {
  const facts: UploadFacts = {
    'request.folder': 'marketing/2026',
    'file.size': 2048,
    'file.mime': 'image/png',
    'mediaMetadata.width': 100,
    'mediaMetadata.height': 50,
    'mediaMetadata.duration': null,
  }
  it.each([
    ['"request.folder" : "marketing/"', true],
    ['"file.size" < "1mb" AND \'file.mime\' : "image/"', true],
    ['"file.size" > "2kb" OR "mediaMetadata.width" >= 100', true],
    ['"file.mime" IN ["image/jpeg"]', false],
    ['"mediaMetadata.duration" < 100', false],
    ['"request.folder" = "/marketing"', false],
  ])('%s: %s', (text, expected) => {
    expect(passesChecks(parseChecks(text), facts)).toBe(expected)
  })

  it('refuse names without quotation marks and unknown names, naming checks', () => {
    expect(() => parseChecks('size < 1')).toThrow(/^checks: names need quotation marks: "size" \(position 1/)
    expect(() => parseChecks('"file.name" = "x"')).toThrow(/there is no field file.name; the fields are request.folder/)
    expect(() => parseChecks('"file.size" HAS "x"')).toThrow(/file.size takes/)
    expect(() => parseChecks('file.size < 1')).toThrow(/needs quotation marks/)
  })
})
