import { expect, it, test } from 'vitest'
import { estimateCost } from './cost.ts'
import { expandNamed, isOnlyNamed, namesIn } from './names.ts'
import { parseTransformation } from './parse.ts'

const stored: Record<string, string> = {
  a: 'tr:w-100,n-b',
  b: 'h-5:rt-90',
  me: 'n-me',
  bomb: 'n-x,n-x,n-x',
  x: 'w-1,'.repeat(2000),
}
const find = async (name: string) => (Object.hasOwn(stored, name) ? stored[name] : undefined)

test.each([
  ['n-b', 'h-5:rt-90'],
  ['q-5,n-a:bl-2', 'q-5,w-100,h-5:rt-90:bl-2'],
  ['l-image,i-n-b,n-b,l-end', 'l-image,i-n-b,h-5:rt-90,l-end'],
  ['n-ik_ml_thumbnail', 'w-400,h-300,c-at_max'],
  ['n-media_library_thumbnail', 'w-400,h-300,c-at_max'],
])('%s', async (text, expanded) => expect(await expandNamed(text, find)).toBe(expanded))

test.each([
  ['w-1,n-none', /"n-none" at position 5: there is no enabled named/],
  ['n-me', /cannot have itself inside/],
  ['n-bomb', /longer than 20000 characters/],
  ['n-', /there is no enabled named/],
])('%s is refused', async (text, message) => await expect(expandNamed(text, find)).rejects.toThrow(message))

it('what consists of names only', () => {
  expect(['n-a', 'tr:n-a:n-b,n-a'].map(isOnlyNamed)).toEqual([true, true])
  expect(['', 'n-a,w-1', 'w-1', 'n-'].map(isOnlyNamed)).toEqual([false, false, false, false])
  expect(namesIn('n-a,w-1:n-b,n-a')).toEqual(['a', 'b'])
})

test.each([
  ['w-65535,h-65535', /65535 x 65535 pixels .* at most 120 megapixels/],
  [`${'bl-100,w-3000:'.repeat(500)}w-1`, /more work than the 1000 megapixel passes/],
  [`${'l-image,i-a,l-end,'.repeat(51)}w-1`, /more than 50 layers/],
  ['w-10,b-60000_red', /a side has at most 65535/],
  ['w-ch_sub_ih', /a side of 0 pixels or less/],
  ['w-100_div_iw_mul_0', /expression/],
])('case %# costs too much, or gives nothing', (text, message) =>
  expect(() => estimateCost(parseTransformation(text), { width: 4000, height: 3000 })).toThrow(message),
)

it('usual transformations are far below the limit', () => {
  expect(estimateCost(parseTransformation('w-800,bl-5:rt-90'), { width: 4000, height: 3000 })).toBeLessThan(100)
})
