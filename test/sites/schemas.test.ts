/**
 * "Snapshot test: response schemas of a released version may gain members only" (site-photos-api.md conformance check 5).
 * At a release the additions are taken over by `UPDATE_SITE_SCHEMAS=1 npx vitest run test/sites/schemas.test.ts`, which
 * refuses anything else: what changes or loses a member is a new version of its function.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { endpoints } from '../../src/apis/sites/index.ts'
import { answerOf } from '../../src/apis/sites/openapi.ts'
import { isObject, type Json } from '../../src/http/openapi.ts'
import { packageRoot } from '../../src/paths.ts'

const file = join(packageRoot, 'test', 'fixtures', 'site-schemas.json')

/** By function and version, with everything in its place. */
const current: Record<string, Json> = Object.fromEntries(
  endpoints
    .map((endpoint): [string, Json] => {
      const { $schema: _dialect, ...schema } = z.toJSONSchema(answerOf(endpoint), { unrepresentable: 'any' }) as Json
      return [`${endpoint.function} v${endpoint.version}`, plain(inPlace(schema, schema.$defs ?? {})) as Json]
    })
    .toSorted(([one], [other]) => (one < other ? -1 : 1)),
)

function inPlace(value: unknown, parts: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => inPlace(item, parts))
  if (!isObject(value)) return value
  if (typeof value.$ref === 'string') {
    return inPlace((parts as Record<string, unknown>)[value.$ref.replace('#/$defs/', '')], parts)
  }
  const { $defs: _parts, ...rest } = value
  return Object.fromEntries(Object.entries(rest).map(([name, item]) => [name, inPlace(item, parts)]))
}

/** Words for people may change. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (!isObject(value)) return value
  const told = Object.entries(value).filter(
    ([name, item]) => !(['description', 'id'].includes(name) && typeof item === 'string'),
  )
  return Object.fromEntries(told.map(([name, item]) => [name, plain(item)]))
}

/** What a client of the released schema would miss or misread. */
function losses(released: unknown, now: unknown, at: string): string[] {
  if (!isObject(released))
    return released === now ? [] : [`${at}: ${JSON.stringify(released)} is ${JSON.stringify(now)}`]
  if (!isObject(now)) return [`${at} is gone`]
  return Object.entries(released).flatMap(([name, was]) => {
    const place = `${at}.${name}`
    const is = now[name]
    if (name === 'properties' && isObject(was) && isObject(is)) {
      return Object.entries(was).flatMap(([member, schema]) => losses(schema, is[member], `${at}.${member}`))
    }
    // Answers that always had a member keep it; a list of words may grow.
    if ((name === 'required' || name === 'enum') && Array.isArray(was)) {
      const left = was.filter((item) => !(Array.isArray(is) && is.includes(item)))
      return left.map((item) => `${place}: ${item} is gone`)
    }
    if (Array.isArray(was)) return JSON.stringify(was) === JSON.stringify(is) ? [] : listLosses(was, is, place)
    return losses(was, is, place)
  })
}

function listLosses(was: unknown[], is: unknown, place: string): string[] {
  if (!Array.isArray(is) || is.length !== was.length) return [`${place} is another`]
  return was.flatMap((item, index) => losses(item, is[index], `${place}.${index}`))
}

const released = (): Record<string, Json> => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {})

/** Losses of all functions; one that is gone altogether may have ended. */
const allLosses = (before: Record<string, Json>, now: Record<string, Json>) =>
  Object.entries(before).flatMap(([name, schema]) =>
    now[name] === undefined ? [`${name} is gone`] : losses(schema, now[name], name),
  )

describe('answers of released versions', () => {
  it('gain members only', () => {
    expect(allLosses(released(), current)).toEqual([])
    if (process.env.UPDATE_SITE_SCHEMAS === undefined) return
    writeFileSync(file, `${JSON.stringify(current, null, 1)}\n`)
  })

  it('are those of every function that was there', () => {
    expect(Object.keys(released())).toContain('photos.list v1')
    expect(Object.keys(released())).toContain('photos.list v2')
  })

  it.each<[string, (answer: Json) => void, string[]]>([
    ['a member more', (answer) => Object.assign(members(answer), { more: { type: 'string' } }), []],
    ['a member less', (answer) => delete members(answer).name, ['x.name is gone']],
    [
      'another type',
      (answer) => Object.assign(members(answer), { name: { type: 'number' } }),
      ['x.name.type: "string" is "number"'],
    ],
    [
      'may be null now',
      (answer) => Object.assign(members(answer), { name: { type: ['string', 'null'] } }),
      ['x.name.type: "string" is ["string","null"]'],
    ],
    ['may be missing now', (answer) => Object.assign(answer, { required: ['ok'] }), ['x.required: name is gone']],
    [
      'a word more',
      (answer) => Object.assign(members(answer), { kind: { type: 'string', enum: ['a', 'b', 'c'] } }),
      [],
    ],
    [
      'a word less',
      (answer) => Object.assign(members(answer), { kind: { type: 'string', enum: ['a'] } }),
      ['x.kind.enum: b is gone'],
    ],
  ])('are compared: %s', (_what, change, found) => {
    const before = {
      type: 'object',
      properties: { name: { type: 'string' }, kind: { type: 'string', enum: ['a', 'b'] } },
      required: ['ok', 'name'],
    }
    const now: Json = structuredClone(before)
    change(now)
    expect(losses(before, now, 'x')).toEqual(found)
  })
})

const members = ({ properties }: Json) => properties as Record<string, Json>
