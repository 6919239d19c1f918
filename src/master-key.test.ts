import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { ConfigError } from './config.ts'
import { masterKeyOf } from './master-key.ts'

const root = mkdtempSync(join(tmpdir(), 'imagestead-master-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

it('makes a key once, for its owner only, and leaves nothing else behind', () => {
  const folder = join(root, 'deep', 'data')
  const key = masterKeyOf(undefined, folder)
  expect(key.length).toBeGreaterThanOrEqual(32)
  expect(masterKeyOf(undefined, folder)).toBe(key)
  expect(readdirSync(folder)).toEqual(['master.key'])
  expect(statSync(join(folder, 'master.key')).mode & 0o777).toBe(0o600)
  expect(masterKeyOf(undefined, join(root, 'other'))).not.toBe(key)
})

it('a configured key wins and nothing is written', () => {
  const folder = join(root, 'configured')
  expect(masterKeyOf('the configured key', folder)).toBe('the configured key')
  expect(() => readdirSync(folder)).toThrow()
})

it('takes the key of a file as it is, without blanks around', () => {
  const folder = join(root, 'kept')
  mkdirSync(folder)
  writeFileSync(join(folder, 'master.key'), `  ${'k'.repeat(40)}\n\n`)
  expect(masterKeyOf(undefined, folder)).toBe('k'.repeat(40))
})

it.each(['', 'too short'])('refuses the file content %j and never overwrites it', (content) => {
  const folder = join(root, `bad-${content.length}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'master.key'), content)
  expect(() => masterKeyOf(undefined, folder)).toThrow(ConfigError)
  expect(() => masterKeyOf(undefined, folder)).toThrow(/backup/)
  expect(readFileSync(join(folder, 'master.key'), 'utf8')).toBe(content)
})

it('a key that cannot be read is told as such', () => {
  const folder = join(root, 'folder')
  mkdirSync(join(folder, 'master.key'), { recursive: true })
  expect(() => masterKeyOf(undefined, folder)).toThrow(/cannot be read/)
})
