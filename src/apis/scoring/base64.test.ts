import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBase64Decoder } from './base64.ts'

/** Decodes a text given in pieces of so many letters. */
function decoded(text: string, piece = text.length || 1): Buffer | string {
  const decoder = createBase64Decoder()
  const parts: Buffer[] = []
  for (let at = 0; at < text.length; at += piece) parts.push(decoder.write(Buffer.from(text.slice(at, at + piece))))
  const end = decoder.end()
  return 'fault' in end ? end.fault : Buffer.concat([...parts, end.bytes])
}

describe('what is Base64', () => {
  const bytes = randomBytes(1000)
  it.each([
    ['the standard alphabet', bytes.toString('base64')],
    ['without padding', bytes.toString('base64').replaceAll('=', '')],
    ['the URL alphabet', bytes.toString('base64url')],
    ['in lines', bytes.toString('base64').replaceAll(/(.{76})/g, '$1\r\n')],
    ['with blanks around', ` \t\v\f${bytes.toString('base64')}\n`],
    ['a data URI', `data:image/jpeg;base64,${bytes.toString('base64')}`],
    ['a data URI with more', ` DATA:image/svg+xml;charset=utf-8;BASE64,${bytes.toString('base64')}`],
  ])('%s, in whatever pieces', (_name, text) => {
    for (const piece of [text.length, 1000, 7, 1]) expect(decoded(text, piece)).toEqual(bytes)
  })
  it('bytes of every kind and length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.integer({ min: 1, max: 9 }), (array, piece) => {
        expect(decoded(Buffer.from(array).toString('base64'), piece)).toEqual(Buffer.from(array))
      }),
    )
  })
})

it.each([
  ['', 'empty'],
  [' \n', 'empty'],
  ['data:image/png;base64,', 'empty'],
  ['data:', 'alphabet'],
  ['data:text/plain;base64,AAAA', 'alphabet'],
  ['AAA*', 'alphabet'],
  ['AAÀA', 'alphabet'],
  ['AAAAA', 'padding'],
  ['AA=A', 'padding'],
  ['AA===', 'padding'],
  ['AAA==', 'padding'],
  ['====', 'padding'],
])('"%s" is none: %s', (text, fault) => {
  for (const piece of [20, 1]) expect(decoded(text, piece)).toBe(fault)
})
