import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DomainError } from '../../core/errors.ts'
import type { EngineSource } from '../../core/ports.ts'
import { Base64Text, createJsonReader } from './json-body.ts'
import { createStaging } from './staging.ts'

let folder: string
let files = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-staging-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const workFile = () => join(folder, `${files++}`)
const bytesOf = async (source: EngineSource) =>
  'path' in source ? readFile(source.path) : Buffer.from(await buffer(source.stream))

async function read(body: string, { piece = body.length, maxText = 10_000, memoryBytes = 1e9 } = {}) {
  const staging = createStaging({ memoryBytes, workFile })
  const reader = createJsonReader({ staging, longText: 100, maxText })
  const whole = Buffer.from(body)
  for (let at = 0; at < whole.length; at += piece) await reader.write(whole.subarray(at, at + piece))
  return { fields: await reader.end(), reader, staging }
}
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof DomainError ? error.code : error),
  )

const picture = randomBytes(5000)
const base64 = picture.toString('base64')
/** As PHP and .NET write it. */
const escaped = JSON.stringify(base64).replaceAll('/', '\\/').replaceAll('+', '\\u002B')

describe('a body', () => {
  it.each([
    ['as it is', JSON.stringify(base64)],
    ['with escapes', escaped],
  ])('with a picture comes apart, in whatever pieces: %s', async (_name, text) => {
    const rest = { 'client-key': 'a "quoted" \\ key', list: [1, { deep: 'tü\u2028' }], ext: 'jpg' }
    const body = `${JSON.stringify(rest).slice(0, -1)}, "image-base64" : ${text} }`
    for (const piece of [body.length, 333, 7, 1]) {
      const { fields, reader, staging } = await read(body, { piece })
      const { 'image-base64': found, ...others } = fields
      expect(others).toEqual(rest)
      if (!(found instanceof Base64Text)) throw new Error('no picture')
      expect(found).toMatchObject({ fault: undefined, bytes: { size: picture.length } })
      expect((await bytesOf(found.bytes.source())).equals(picture)).toBe(true)
      expect(staging.held).toBe(picture.length)
      await reader.discard()
      expect(staging.held).toBe(0)
    }
  })
  it('with a long text that is no Base64 says so there, and nowhere else', async () => {
    const { fields, reader } = await read(JSON.stringify({ a: '!'.repeat(200), b: ['x'.repeat(101)] }))
    expect(fields).toMatchObject({ a: { fault: 'alphabet' }, b: [{ fault: 'padding' }] })
    await reader.discard()
  })
  it('may hold what a marker looks like', async () => {
    const { fields } = await read(JSON.stringify({ a: `\u0001${'0'.repeat(24)}:0` }))
    expect(fields.a).toBe(`\u0001${'0'.repeat(24)}:0`)
  })
  it.each([
    '',
    ' ',
    '[]',
    '"a"',
    'null',
    '{',
    '{"a":',
    '{"a":"b',
    `{"a":"${base64}`,
    '{"a":1}x',
    "{'a':1}",
    '{"a":"\\x"}',
  ])('that is no JSON object is refused: %s', async (body) => {
    expect(await codeOf(read(body))).toBe('invalid')
  })
  it('has its bounds: depth, and bytes besides the pictures', async () => {
    expect(await codeOf(read(`{"a":${'['.repeat(40)}${']'.repeat(40)}}`))).toBe('invalid')
    expect(await codeOf(read(`{"a":${' '.repeat(10_000)}1}`))).toBe('too_large')
    expect(await codeOf(read(`{"a":[${'"b",'.repeat(3000)}1]}`))).toBe('too_large')
  })
})

describe('pictures that are too many for the memory', () => {
  it('lie in files until nobody uses them', async () => {
    const body = JSON.stringify({ a: base64, b: base64 })
    const { fields, reader, staging } = await read(body, { piece: 1000, memoryBytes: 6000 })
    const { a, b } = fields
    if (!(a instanceof Base64Text && b instanceof Base64Text)) throw new Error('no pictures')
    expect(staging.held).toBe(5000)
    expect('path' in b.bytes.source()).toBe(true)
    for (const { bytes } of [a, b]) expect((await bytesOf(bytes.source())).equals(picture)).toBe(true)
    expect(a.bytes.sha256).toBe(b.bytes.sha256)
    const end = b.bytes.use()
    await reader.discard()
    expect(staging.held).toBe(0)
    expect((await bytesOf(b.bytes.source())).equals(picture)).toBe(true)
    await end()
    expect(await readdir(folder)).toEqual([])
  })
  it('leave nothing behind when the body breaks off', async () => {
    const staging = createStaging({ memoryBytes: 0, workFile })
    const reader = createJsonReader({ staging, longText: 100, maxText: 1000 })
    await reader.write(Buffer.from(`{"a":"${base64}`))
    expect(await readdir(folder)).toHaveLength(1)
    await reader.discard()
    expect(await readdir(folder)).toEqual([])
  })
})
