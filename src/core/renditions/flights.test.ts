import { expect, it } from 'vitest'
import { createFlights } from './flights.ts'

const never = () => new AbortController().signal

it('is begun once for all who ask at the same time, and anew afterwards', async () => {
  const flights = createFlights<number>()
  let begun = 0
  const start = async () => {
    begun += 1
    await Promise.resolve()
    return begun
  }
  expect(await Promise.all([1, 2, 3].map(() => flights.join('a', never(), start)))).toEqual([1, 1, 1])
  expect(await flights.join('a', never(), start)).toBe(2)
  expect(flights.running).toBe(0)
})

it('goes on for the others when one leaves, and ends when all have', async () => {
  const flights = createFlights<string>()
  let finish = (_value: string) => {}
  const signals: AbortSignal[] = []
  const start = (signal: AbortSignal) => {
    signals.push(signal)
    return new Promise<string>((resolve) => {
      finish = resolve
    })
  }
  const [first, second] = [new AbortController(), new AbortController()]
  const leaving = flights.join('a', first.signal, start)
  const staying = flights.join('a', second.signal, start)
  first.abort()
  await expect(leaving).rejects.toMatchObject({ code: 'cancelled' })
  expect(signals.map(({ aborted }) => aborted)).toEqual([false])
  finish('done')
  expect(await staying).toBe('done')

  const third = new AbortController()
  const alone = flights.join('a', third.signal, start)
  third.abort()
  await expect(alone).rejects.toMatchObject({ code: 'cancelled' })
  expect(signals[1]?.aborted).toBe(true)
  expect(flights.has('a')).toBe(false)
})

it('tells all of a failure, and tries again when asked again', async () => {
  const flights = createFlights<number>()
  const failing = () => Promise.reject(new Error('no'))
  const both = [flights.join('a', never(), failing), flights.join('a', never(), failing)]
  for (const result of await Promise.allSettled(both)) expect(result.status).toBe('rejected')
  expect(await flights.join('a', never(), async () => 1)).toBe(1)
})
