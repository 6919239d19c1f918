import { expect, it } from 'vitest'
import { createTurns } from './turns.ts'

it('runs what has the same key in order, also after a failure, and different keys side by side', async () => {
  const inTurn = createTurns()
  const log: string[] = []
  const open: (() => void)[] = []
  const step = (name: string) => async () => {
    log.push(`${name} begins`)
    await new Promise<void>((resolve) => open.push(resolve))
    log.push(`${name} ends`)
    if (name === 'a1') throw new Error(name)
    return name
  }
  const first = inTurn('a', step('a1'))
  const second = inTurn('a', step('a2'))
  const other = inTurn('b', step('b1'))
  await expect.poll(() => log).toEqual(['a1 begins', 'b1 begins'])
  open.splice(0).map((end) => end())
  await expect(first).rejects.toThrow('a1')
  expect(await other).toBe('b1')
  await expect.poll(() => log.at(-1)).toBe('a2 begins')
  open.splice(0).map((end) => end())
  expect(await second).toBe('a2')
  expect(await inTurn('a', async () => 'a3')).toBe('a3')
})
