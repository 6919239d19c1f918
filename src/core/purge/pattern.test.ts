import { expect, test } from 'vitest'
import { purgePattern } from './pattern.ts'

const patternOf = (path: string) => purgePattern(`https://images.example${path}`, 'demo', () => true)

// "A trailing * is allowed when the path has two levels, or is at least 15 characters, or is a complete file path with
// extension; * elsewhere is invalid."
test.each([
  ['/demo/a.jpg', '/a.jpg'],
  ['/demo/a%20b.jpg?tr=w-100', '/a%20b.jpg'],
  ['/demo/a.jpg*', '/a.jpg*'],
  ['/demo/a/b*', '/a/b*'],
  ['/demo/a/b/*', '/a/b/*'],
  ['/demo/abcdefghijklmn*', '/abcdefghijklmn*'],
])('%s may be purged', (path, pattern) => expect(patternOf(path)).toBe(pattern))

test.each([
  '/demo/*',
  '/demo/a*',
  '/demo/a/*',
  '/demo/abcdefghijklm*',
  '/demo/a*/b.jpg',
  '/demo/a.jpg**',
  '/demo/a.jpg*?tr=w-1',
  '/demo',
  '/demo/',
  '/demon/a.jpg',
  '/demo/../other/a.jpg',
])('%s may not', (path) => {
  expect(() => patternOf(path)).toThrow(/^The URL is not valid for cache purging\./)
})
