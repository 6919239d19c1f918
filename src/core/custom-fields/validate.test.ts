import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toDomainError } from '../errors.ts'
import { checkDate } from './dates.ts'
import type { CustomField, CustomFieldSchema } from './records.ts'
import { checkCustomMetadata, mergeCustomMetadata } from './validate.ts'

const field = (name: string, schema: CustomFieldSchema, deleted = false): CustomField => ({
  id: 'a'.repeat(24),
  project: 'p',
  name,
  label: name,
  schema,
  description: null,
  deleted,
  created: 0,
})

const fields = [
  field('title', { type: 'Text', minLength: 2, maxLength: 5 }),
  field('story', { type: 'Textarea' }),
  field('price', { type: 'Number', minValue: 1, maxValue: 3000 }),
  field('shot', { type: 'Date', minValue: '2020-01-01', maxValue: '2029-12-31T23:59:59Z' }),
  field('sold', { type: 'Boolean' }),
  field('size', { type: 'SingleSelect', selectOptions: ['S', 'M', 5, true] }),
  field('rooms', { type: 'MultiSelect', selectOptions: ['bath', 2, false] }),
  field('gone', { type: 'Text' }, true),
]
const withDefaults = [
  field('brand', { type: 'Text', isValueRequired: true, defaultValue: 'own' }),
  field('colour', { type: 'SingleSelect', selectOptions: ['red', 'blue'], defaultValue: 'red' }),
  field('seen', { type: 'Date', defaultValue: '2026-03-01' }),
  field('free', { type: 'Text' }),
]

function errorsOf(work: () => unknown): unknown {
  try {
    return { accepted: work() }
  } catch (error) {
    const { code, message, extra } = toDomainError(error)
    expect([code, message]).toEqual(['invalid', 'Invalid custom metadata.'])
    return extra?.errors
  }
}
const check = (given: unknown, isNew = true, among = fields) => checkCustomMetadata(among, given, { isNew })

describe('custom metadata', () => {
  it('of every type is kept; dates in one form', () => {
    const given = { title: 'für', price: 4.5, sold: false, size: 5, rooms: ['bath', 2, 'bath'], story: '' }
    expect(check({ ...given, shot: '2026-03-01T01:30:00+02:00' })).toEqual({
      ...given,
      rooms: ['bath', 2],
      shot: '2026-02-28T23:30:00.000Z',
    })
    expect(check(undefined)).toEqual({})
    expect(check({ title: null })).toEqual({})
  })

  it.each([
    [{ nothing: 1 }, { nothing: 'no such custom metadata field exists' }],
    [{ gone: 'x' }, { gone: 'no such custom metadata field exists' }],
    [{ title: 5 }, { title: 'should be of type string' }],
    [{ title: 'a' }, { title: 'should have at least 2 characters' }],
    [{ title: 'abcdef' }, { title: 'should have at most 5 characters' }],
    [{ title: 'a\0b' }, { title: 'should not contain zero bytes or broken characters' }],
    [{ title: 'a\ud800' }, { title: 'should not contain zero bytes or broken characters' }],
    [{ story: 'x'.repeat(10_001) }, { story: 'should have at most 10000 characters' }],
    [{ price: '5' }, { price: 'should be of type number' }],
    [{ price: JSON.parse('1e999') }, { price: 'should be of type number' }],
    [{ price: 0 }, { price: 'should be at least 1' }],
    [{ price: 3001 }, { price: 'should be at most 3000' }],
    [{ sold: 'true' }, { sold: 'should be of type boolean' }],
    [{ shot: 'yesterday' }, { shot: expect.stringContaining('ISO 8601') }],
    [{ shot: '2025-02-29' }, { shot: expect.stringContaining('ISO 8601') }],
    [{ shot: '2019-12-31' }, { shot: 'should not be before 2020-01-01' }],
    [{ shot: '2030-01-01' }, { shot: 'should not be after 2029-12-31T23:59:59Z' }],
    [{ size: '5' }, { size: 'should be one of "S", "M", 5, true' }],
    [{ rooms: 'bath' }, { rooms: 'should be an array' }],
    [{ rooms: ['hall'] }, { rooms: 'should have only values that are one of "bath", 2, false' }],
    [
      { price: 'x', sold: 1 },
      { price: 'should be of type number', sold: 'should be of type boolean' },
    ],
    [[], { customMetadata: 'should be an object' }],
    ['{}', { customMetadata: 'should be an object' }],
  ])('%j is refused', (given, errors) => {
    expect(errorsOf(() => check(given))).toEqual(errors)
    expect(errorsOf(() => check(given, false))).toEqual(errors)
  })

  it('"required fields without value are an error"; without any metadata new assets have the defaults', () => {
    expect(check(undefined, true, withDefaults)).toEqual({
      brand: 'own',
      colour: 'red',
      seen: '2026-03-01T00:00:00.000Z',
    })
    for (const given of [{}, { free: 'x' }, { brand: null }, { brand: '' }]) {
      expect(errorsOf(() => check(given, true, withDefaults))).toEqual({ brand: 'is required' })
    }
    expect(check({ brand: 'b', colour: null }, true, withDefaults)).toEqual({
      brand: 'b',
      seen: '2026-03-01T00:00:00.000Z',
    })
    expect(check({ free: 'x' }, false, withDefaults)).toEqual({ free: 'x' })
  })

  it('is merged per key; null unsets, but nothing that is required; values of deleted fields go', () => {
    const before = { title: 'old', price: 5, gone: 'x', brand: 'b' }
    const all = [...fields, ...withDefaults]
    expect(mergeCustomMetadata(all, before, { title: 'new', price: null, sold: true })).toEqual({
      title: 'new',
      sold: true,
      brand: 'b',
    })
    expect(mergeCustomMetadata(all, before, {})).toEqual({ title: 'old', price: 5, brand: 'b' })
    expect(errorsOf(() => mergeCustomMetadata(all, before, { brand: null }))).toEqual({ brand: 'is required' })
    expect(errorsOf(() => mergeCustomMetadata(all, before, { gone: null }))).toEqual({
      gone: 'no such custom metadata field exists',
    })
    expect(errorsOf(() => mergeCustomMetadata(all, before, null))).toEqual({ customMetadata: 'should be an object' })
  })

  it('is bounded, and names that look like members of objects are plain names', () => {
    const texts = Array.from({ length: 8 }, (_, n) => field(`t${n}`, { type: 'Text' }))
    const full = Object.fromEntries(texts.map(({ name }) => [name, 'x'.repeat(9000)]))
    expect(errorsOf(() => check(full, true, texts))).toEqual({
      customMetadata: 'should have at most 65536 bytes, all fields together',
    })
    const { t0, ...rest } = full
    expect(errorsOf(() => mergeCustomMetadata(texts, rest, { t0 }))).toEqual({
      customMetadata: 'should have at most 65536 bytes, all fields together',
    })
    const bomb = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, n]))
    expect(Object.keys(errorsOf(() => check(bomb)) as object)).toHaveLength(20)
    const odd = JSON.parse('{"__proto__": "x", "constructor": "y"}')
    expect(Object.keys(errorsOf(() => check(odd)) as object).sort()).toEqual(['__proto__', 'constructor'])
  })

  it('whatever is given: refused by field, or a value that is accepted again unchanged, in a merge too', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('S', 5, true, 'ab', 42, ['bath'], [2, 2], '2026-03-01', '2026-03-01T10:00Z', null),
    )
    const names = fields.map(({ name }) => name)
    const given = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 3 })), value, { maxKeys: 4 })
    let accepted = 0
    fc.assert(
      fc.property(given, (metadata) => {
        const outcome = errorsOf(() => check(metadata)) as { accepted?: Record<string, never> }
        if (outcome.accepted === undefined || 'accepted' in metadata) {
          expect(Object.keys(outcome).every((name) => Object.hasOwn(metadata, name))).toBe(true)
          return
        }
        accepted += 1
        const kept = outcome.accepted
        expect(check(kept)).toEqual(kept)
        expect(mergeCustomMetadata(fields, kept, {})).toEqual(kept)
        expect(mergeCustomMetadata(fields, {}, metadata)).toEqual(kept)
        const nothing = Object.fromEntries(Object.keys(kept).map((name) => [name, null]))
        expect(mergeCustomMetadata(fields, kept, nothing)).toEqual({})
        expect(JSON.parse(JSON.stringify(kept))).toEqual(kept)
      }),
      { numRuns: 1500 },
    )
    expect(accepted).toBeGreaterThan(50)
  })
})

describe('a date', () => {
  it('is a moment of the calendar, and comes out in a form that compares as text', () => {
    const moment = fc.integer({ min: Date.parse('0001-01-02T00:00:00Z'), max: Date.parse('9999-12-30T00:00:00Z') })
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const [first, second] = [checkDate(new Date(a).toISOString()), checkDate(new Date(b).toISOString())]
        if (!('value' in first) || !('value' in second)) throw new Error('refused')
        expect(Date.parse(first.value)).toBe(a)
        expect(first.value < second.value).toBe(a < b)
      }),
    )
  })

  it('is never one that Date takes and the calendar does not', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const checked = checkDate(text)
        if ('value' in checked) expect(Number.isNaN(Date.parse(checked.value))).toBe(false)
      }),
    )
    for (const text of [
      '2026-02-30',
      '2026-13-01',
      '2026-1-1',
      '0000-00-00',
      '2026-01-01T24:00',
      '9999-12-31T23:59-05:00',
    ])
      expect(checkDate(text)).toHaveProperty('why')
    expect(checkDate('2024-02-29T23:59:59,5+0530')).toEqual({ value: '2024-02-29T18:29:59.500Z' })
  })
})
