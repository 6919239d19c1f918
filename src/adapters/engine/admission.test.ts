import { describe, expect, it } from 'vitest'
import { createBudget, createLanes } from './admission.ts'
import { createDeadline } from './deadline.ts'

describe('lanes', () => {
  it('serve interactive first, in order, and give batch every fifth turn', () => {
    const lanes = createLanes<string>()
    for (let index = 0; index < 6; index++) lanes.add('interactive', `i${index}`)
    lanes.add('batch', 'b0')
    lanes.add('batch', 'b1')
    const order = Array.from({ length: 8 }, () => lanes.next())
    expect(order).toEqual(['i0', 'i1', 'i2', 'i3', 'b0', 'i4', 'i5', 'b1'])
    expect(lanes.next()).toBeUndefined()
  })

  it('forget what is taken out', () => {
    const lanes = createLanes<string>()
    lanes.add('batch', 'a')
    expect(lanes.remove('batch', 'a')).toBe(true)
    expect(lanes.remove('batch', 'a')).toBe(false)
    expect(lanes.size).toBe(0)
  })
})

describe('budget', () => {
  it('grants in order as room comes, and one beyond the whole budget when nothing runs', async () => {
    const budget = createBudget(100)
    const granted: string[] = []
    const reserve = (name: string, bytes: number) => {
      const claim = budget.reserve(bytes)
      void claim.granted.then(() => granted.push(name))
      return claim
    }
    const settle = () => new Promise((resolve) => setImmediate(resolve))
    const first = reserve('first', 60)
    const huge = reserve('huge', 500)
    const small = reserve('small', 10)
    await settle()
    expect(granted).toEqual(['first'])
    first.release()
    await settle()
    expect(granted).toEqual(['first', 'huge'])
    expect(budget.bytes).toBe(510)
    small.release()
    huge.release()
    reserve('last', 100)
    await settle()
    expect(granted).toEqual(['first', 'huge', 'last'])
  })
})

describe('deadline', () => {
  it('does not count while paused', async () => {
    let passed = false
    const deadline = createDeadline(30, () => {
      passed = true
    })
    deadline.pause()
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(passed).toBe(false)
    deadline.resume()
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(passed).toBe(true)
    deadline.stop()
  })
})
