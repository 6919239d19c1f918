import { expect, it } from 'vitest'
import { createSealer } from '../keys/seal.ts'
import { shownTarget, targetHash, targetHost } from './target.ts'

it('shows no query, fragment or credentials', () => {
  expect(shownTarget('https://me:pw@example.com/hook/1?token=abc#part')).toBe('https://example.com/hook/1?…')
  expect(shownTarget('http://[::1]:8080')).toBe('http://[::1]:8080/')
  expect(shownTarget(`https://example.com/${'x'.repeat(500)}`)).toHaveLength(201)
})

it('tells targets apart by the whole URL, and not without the master key', () => {
  const [one, two] = ['first', 'other'].map((name) => createSealer(`${name} master key of more than 32 characters`))
  if (one === undefined || two === undefined) throw new Error('no sealer')
  const url = 'https://example.com/hook?of=1'
  expect(targetHash(one, url)).toBe(targetHash(one, url))
  expect(targetHash(one, url)).not.toBe(targetHash(one, `${url}0`))
  expect(targetHash(one, url)).not.toBe(targetHash(two, url))
  expect(targetHost(url)).toBe('example.com')
  expect(targetHost('http://example.com:81/')).toBe('example.com:81')
})
