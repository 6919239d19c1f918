import { expect, test } from 'vitest'
import { createAbsence } from './absence.ts'

function setUp(kept: string[]) {
  let now = 1_000_000
  let asked = 0
  const keysOf = async (_source: string, limit: number) => {
    asked += 1
    return kept.slice(0, limit)
  }
  const absence = createAbsence({ keysOf }, { now: () => now })
  const pass = (ms: number) => {
    now += ms
  }
  return { absence, asked: () => asked, pass }
}

test('knows nothing before it has learned, and what is kept afterwards', async () => {
  const { absence } = setUp(['a'])
  expect(absence.knows('source', 'b')).toBe(false)
  await absence.learn('source')
  expect(absence.knows('source', 'b')).toBe(true)
  expect(absence.knows('source', 'a')).toBe(false)
  expect(absence.knows('other', 'b')).toBe(false)
})

test('asks once a second, and knows nothing of what is older', async () => {
  const { absence, asked, pass } = setUp([])
  await absence.learn('source')
  await absence.learn('source')
  expect(asked()).toBe(1)
  pass(1000)
  expect(absence.knows('source', 'b')).toBe(false)
  await absence.learn('source')
  expect(asked()).toBe(2)
  // A clock that is set back.
  pass(-5000)
  expect(absence.knows('source', 'b')).toBe(false)
})

test('a rendition that is kept is absent no longer', async () => {
  const { absence } = setUp([])
  await absence.learn('source')
  absence.ends('source', 'b')
  expect(absence.knows('source', 'b')).toBe(false)
  expect(absence.knows('source', 'c')).toBe(true)
})

test('of a source with very many nothing is said', async () => {
  const { absence, asked } = setUp(Array.from({ length: 1000 }, (_, index) => `key ${index}`))
  await absence.learn('source')
  await absence.learn('source')
  expect(absence.knows('source', 'b')).toBe(false)
  expect(asked()).toBe(1)
})
