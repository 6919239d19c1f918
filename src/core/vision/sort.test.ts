import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SortItem, type SortOptions, sortItems } from './sort.ts'

const items = (text: string): SortItem[] =>
  text.split(', ').map((entry) => {
    const [identifier = '', label = '', score = ''] = entry.split(' ')
    return { identifier, label, score: Number(score) }
  })

const standard: SortOptions = { preferences: [], amount: 3, blacklist: [] }

/** As the examples of section 7.4 are written: `top | rest`. */
function sorted(given: readonly SortItem[], options: Partial<SortOptions> = {}): string {
  const result = sortItems(given, { ...standard, ...options })
  const names = (top: boolean) => result.filter((item) => item.top === top).map(({ identifier }) => identifier)
  return [names(true), names(false)]
    .filter((part) => part.length > 0)
    .map((part) => part.join(' '))
    .join(' | ')
}

describe('the worked examples of section 7.4', () => {
  const data = items(
    'a livingroom 6.1, b kitchen 7.4, c livingroom 8.2, d bathroom 5.0, e facade 6.8, f kitchen 7.4, g plan 3.0, h bedroom 7.9',
  )
  const every = [...new Set(data.map(({ label }) => label))]
  it.each([
    [1, data, {}, 'c h b | a f e d g'],
    [2, data, { amount: 0 }, 'c a h b f e d g'],
    [3, data, { preferences: ['facade', 'kitchen', 'livingroom'] }, 'e b c | f a h d g'],
    [4, data, { preferences: ['plan', 'bathroom'], amount: 4, blacklist: ['plan', 'bathroom'] }, 'c h b e | g d a f'],
    [5, data, { amount: 99, blacklist: ['plan'] }, 'c h b e d | a f g'],
    [6, data, { preferences: ['pool', 'bedroom'], blacklist: every }, 'h c a b f e d g'],
    [7, items('x terrace 5, y pool 5, z terrace 5, w pool 5'), { amount: 1 }, 'x | z y w'],
  ])('number %i', (_number, given, options, expected) => {
    expect(sorted(given, options)).toBe(expected)
  })
})

describe('labels', () => {
  it('are compared to the letter: no trimming, and capitals count', () => {
    const given = items('a pool 1, b Pool 2, c pool 3')
    expect(sorted(given, { amount: 9 })).toBe('c b | a')
    expect(sorted([{ identifier: 'a', label: ' pool', score: 1 }, ...given], { blacklist: ['pool'] })).toBe('b a | c a')
  })
  it('may be names that objects have by themselves', () => {
    expect(sorted(items('a __proto__ 1, b constructor 2, c __proto__ 3'))).toBe('c b | a')
  })
})

it('copies of a view go behind their group', () => {
  const given = items('a pool 9, b pool 8, c pool 7, d pool 6')
  const copiesIn = (group: readonly SortItem[]) => group.map(({ identifier }) => identifier === 'b')
  expect(sorted(given, { amount: 1, copiesIn })).toBe('a | c d b')
})

describe('whatever comes in', () => {
  const anyItem = fc.record({
    identifier: fc.string({ maxLength: 3 }),
    label: fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__'),
    score: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
  })
  const anyLabels = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'))
  const anyOptions = fc.record({ preferences: anyLabels, amount: fc.nat({ max: 8 }), blacklist: anyLabels })

  it('goes out once, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(anyItem), anyOptions, (given, options) => {
        const plain = sortItems(given, options).map(({ top: _top, ...item }) => item)
        const text = (list: readonly SortItem[]) => list.map((item) => JSON.stringify(item)).toSorted()
        expect(text(plain)).toEqual(text(given))
      }),
    )
  })
  it('has a top of min(amount, labels that are not blacklisted) labels, each with its best', () => {
    fc.assert(
      fc.property(fc.array(anyItem), anyOptions, (given, options) => {
        const result = sortItems(given, options)
        const allowed = new Set(given.map(({ label }) => label).filter((label) => !options.blacklist.includes(label)))
        const top = result.filter((item) => item.top)
        expect(top).toHaveLength(Math.min(options.amount, allowed.size))
        expect(result.slice(0, top.length)).toEqual(top)
        for (const { label, score } of top) {
          expect(score).toBe(Math.max(...given.filter((item) => item.label === label).map((item) => item.score)))
        }
      }),
    )
  })
  it('keeps equals as they came, so that the result sorted again is the same', () => {
    fc.assert(
      fc.property(fc.array(anyItem), anyOptions, (given, options) => {
        const numbered = given.map((item, place) => ({ ...item, identifier: String(place) }))
        const without = { ...options, amount: 0 }
        const once = sortItems(numbered, without)
        expect(sortItems(once, without)).toEqual(once)
        for (const [place, item] of once.entries()) {
          const next = once[place + 1]
          if (next === undefined || next.label !== item.label) continue
          expect(item.score).toBeGreaterThanOrEqual(next.score)
          if (item.score === next.score) expect(Number(item.identifier)).toBeLessThan(Number(next.identifier))
        }
      }),
    )
  })
})

it('sorts 1,000 items in less than 20 ms', () => {
  const given = Array.from({ length: 1000 }, (_, place) => ({
    identifier: String(place),
    label: `label ${(place * 7) % 997}`,
    score: (place * 31) % 1009,
  }))
  const times = Array.from({ length: 9 }, () => {
    const began = performance.now()
    sortItems(given, { ...standard, preferences: given.slice(0, 500).map(({ label }) => label) })
    return performance.now() - began
  })
  expect(Math.min(...times)).toBeLessThan(20)
})
