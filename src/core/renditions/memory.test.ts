import { expect, it } from 'vitest'
import { createMemory } from './memory.ts'

it('holds no more than its bytes, and lets the least recently used go', () => {
  const memory = createMemory<string>(100_000)
  for (let index = 0; index < 100; index += 1) {
    memory.put(`${index}`, `value ${index}`, 2500)
    memory.get('0')
  }
  expect(memory.bytes).toBeLessThanOrEqual(100_000)
  expect(memory.get('0')).toBe('value 0')
  expect(memory.get('1')).toBeUndefined()
  expect(memory.get('99')).toBe('value 99')
})

it('takes nothing large, replaces, and drops what it is told to', () => {
  const memory = createMemory<string>(100_000)
  memory.put('large', 'x', 5000)
  expect(memory.get('large')).toBeUndefined()
  memory.put('a', 'first', 1000)
  memory.put('a', 'second', 1000)
  memory.put('b', 'other', 1000)
  expect(memory.size).toBe(2)
  memory.drop((value) => value === 'second')
  expect([memory.get('a'), memory.get('b')]).toEqual([undefined, 'other'])
  memory.drop(() => true)
  expect([memory.size, memory.bytes]).toEqual([0, 0])
})
