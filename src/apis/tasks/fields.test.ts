import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DomainError } from '../../core/errors.ts'
import { flag, integer, nameText, oneOf, parse, size, text } from './fields.ts'

/** The value of one field, or the refusal's message. */
function read(schema: z.ZodType, value: unknown): unknown {
  try {
    return (parse(z.object({ field: schema }), value === undefined ? {} : { field: value }) as { field: unknown }).field
  } catch (error) {
    if (error instanceof DomainError) {
      expect(error).toMatchObject({ code: 'invalid', param: 'field' })
      return error.message
    }
    throw error
  }
}

describe('flag', () => {
  it.each([true, 1, '1', 'true', 'True', 'TRUE', ' on ', 'On'])('%j is true', (value) => {
    expect(read(flag(false), value)).toBe(true)
  })
  it.each([false, 0, '0', 'false', 'False', ' OFF '])('%j is false', (value) => {
    expect(read(flag(true), value)).toBe(false)
  })
  it.each([undefined, null, '', '  '])('%j is the default', (value) => {
    expect(read(flag(true), value)).toBe(true)
    expect(read(flag(false), value)).toBe(false)
  })
  it.each(['yes', 2, -1, [], {}, 'truefalse'])('%j is refused', (value) => {
    expect(read(flag(true), value)).toBe('field must be true or false (also 1 or 0).')
  })
})

describe('integer and size', () => {
  it.each([
    [5, 5],
    ['5', 5],
    [' 5 ', 5],
    ['5.0', 5],
    ['+5', 5],
    ['-3', -3],
    [0, 0],
    [undefined, undefined],
    [null, undefined],
    ['', undefined],
  ])('%j is %j', (value, expected) => {
    expect(read(integer(-10, 10), value)).toBe(expected)
  })
  it.each([1.5, '1.5', '5px', '0x5', '1e1', NaN, Infinity, true, [5], {}, '٥'])('%j is no whole number', (value) => {
    expect(read(integer(-10, 10), value)).toBe('field must be a whole number from -10 to 10.')
  })
  it('outside the bounds is refused, never clamped', () => {
    expect(read(integer(0, 360), 720)).toBe('field must be at most 360.')
    expect(read(integer(0, 360), '-90')).toBe('field must be at least 0.')
    expect(read(integer(0, 10), '99999999999999999999')).toMatch(/^field must be/)
  })
  it('0 means "not given" for sizes, as .NET sends it', () => {
    for (const value of [0, '0', null, '', undefined]) expect(read(size, value)).toBeUndefined()
    expect(read(size, '640')).toBe(640)
    for (const value of [-1, 1.5, 'wide', 2_000_000]) expect(read(size, value)).toMatch(/^field must be/)
  })
})

describe('text', () => {
  it.each([
    ['a', 'a'],
    [' a ', ' a '],
    [7, '7'],
    ['', undefined],
    ['  ', undefined],
    [null, undefined],
  ])('%j is %j', (value, expected) => {
    expect(read(text(10), value)).toBe(expected)
  })
  it('refuses structures, long texts and zero bytes; names lose the zero bytes', () => {
    expect(read(text(10), {})).toBe('field must be a text.')
    expect(read(text(10), ['a'])).toBe('field must be a text.')
    expect(read(text(10), 'x'.repeat(11))).toBe('field must have at most 10 characters.')
    expect(read(text(10), 'a\0b')).toBe('field must not contain a zero byte.')
    expect(read(nameText, 'a\0b.jpg')).toBe('ab.jpg')
  })
})

describe('oneOf', () => {
  const schema = oneOf(['pixels', 'percentage'], { px: 'pixels' })
  it.each([
    ['pixels', 'pixels'],
    [' Pixels ', 'pixels'],
    ['PERCENTAGE', 'percentage'],
    ['px', 'pixels'],
    ['PX ', 'pixels'],
    ['', undefined],
    [null, undefined],
  ])('%j is %j', (value, expected) => {
    expect(read(schema, value)).toBe(expected)
  })
  it.each(['em', 1, {}, 'constructor', '__proto__'])('%j is refused with the list', (value) => {
    expect(read(schema, value)).toBe('field must be one of pixels, percentage.')
  })
})

describe('parse', () => {
  const schema = z.object({ files: z.array(z.object({ rotate: integer(0, 270) })) })
  it('names the place inside lists and objects', () => {
    expect(() => parse(schema, { files: [{}, { rotate: 'x' }] })).toThrow(
      expect.objectContaining({ param: 'files[1].rotate' }),
    )
  })
  it('names the body when it is no object', () => {
    expect(() => parse(schema, 'text')).toThrow(expect.objectContaining({ param: 'body' }))
  })
})
