import { expect, it } from 'vitest'
import { nest } from './nest.ts'

it('nests PHP names, keeps sparse indexes in ascending order and trims names', () => {
  const pairs: [string, string][] = [
    ['task', 't1'],
    ['files[2][server_filename]', 'c.jpg'],
    ['files[0][server_filename]', 'a.jpg'],
    ['files[0][rotate]', '90'],
    ['pixels_width ', '100'],
    ['elements[0][text ]', 'x'],
    ['tags[]', 'one'],
    ['tags[]', 'two'],
  ]
  expect(nest(pairs)).toEqual({
    task: 't1',
    files: [{ server_filename: 'a.jpg', rotate: '90' }, { server_filename: 'c.jpg' }],
    pixels_width: '100',
    elements: [{ text: 'x' }],
    tags: ['one', 'two'],
  })
})

it('lets the last value of a name win, as PHP does', () => {
  expect(
    nest([
      ['a', '1'],
      ['a', '2'],
    ]),
  ).toEqual({ a: '2' })
})

it('keeps odd names as they are and never touches a prototype', () => {
  const nested = nest([
    ['a[', '1'],
    ['__proto__[x]', '2'],
    ['constructor[prototype][y]', '3'],
  ])
  expect(nested['a[']).toBe('1')
  expect(({} as Record<string, unknown>).x).toBeUndefined()
  expect(({} as Record<string, unknown>).y).toBeUndefined()
})

it('refuses a name that is both a value and a structure, and names nested too deep', () => {
  expect(() =>
    nest([
      ['a', '1'],
      ['a[b]', '2'],
    ]),
  ).toThrow('both as a value and as a structure')
  expect(() =>
    nest([
      ['a[b]', '1'],
      ['a', '2'],
    ]),
  ).toThrow('both as a value and as a structure')
  expect(() => nest([[`a${'[b]'.repeat(9)}`, '1']])).toThrow('levels deep')
})
