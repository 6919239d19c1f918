import { expect, it } from 'vitest'
import { createStatements } from './statements.ts'

it('names a statement that comes a third time, and anew when its plan is forgotten', () => {
  const statements = createStatements()
  const names = Array.from({ length: 4 }, () => statements.nameOf('select 1'))
  expect(names).toEqual([undefined, undefined, 's1', 's1'])
  statements.forget('select 1')
  expect(Array.from({ length: 3 }, () => statements.nameOf('select 1'))).toEqual([undefined, undefined, 's2'])
})

it('names a hundred at most, and no lists of changing length', () => {
  const statements = createStatements()
  const thrice = (text: string) => [1, 2, 3].map(() => statements.nameOf(text)).at(-1)
  expect(thrice(`select ${'x'.repeat(20_000)}`)).toBeUndefined()
  for (let count = 1; count <= 100; count += 1) expect(thrice(`select ${count}`)).toBe(`s${count}`)
  expect(thrice('select 101')).toBeUndefined()
  expect(thrice('select 7')).toBe('s7')
})
