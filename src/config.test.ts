import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigError, loadConfig, settings, unknownSettings } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'imagestead-config-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Names without prefix. */
const load = (given: Record<string, string>) =>
  loadConfig(Object.fromEntries(Object.entries(given).map(([name, value]) => [`IMAGESTEAD_${name}`, value])))
function faults(given: Record<string, string>): string[] {
  try {
    load(given)
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  return []
}
const long = 'x'.repeat(40)
const postgres = 'postgres://u:p@host/db'

describe('defaults', () => {
  it('serve on 127.0.0.1:8080 from ./data, with limits', () => {
    expect(loadConfig({})).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 8080,
      DATA_DIR: './data',
      LIMITS: true,
      MAX_UPLOAD_BYTES: 104_857_600,
      MAX_PIXELS: 120_000_000,
      FETCH_ALLOW: [],
      BOOTSTRAP_PROJECT: 'default',
      DATABASE_URL: undefined,
    })
  })
  it('an empty variable is as good as none, and the result is frozen', () => {
    const config = load({ PORT: '', PUBLIC_URL: '', LIMITS: '' })
    expect(config).toMatchObject({ PORT: 8080, PUBLIC_URL: undefined, LIMITS: true })
    expect(Object.isFrozen(config)).toBe(true)
  })
  it('every setting says what it is for', () => {
    for (const group of Object.values(settings))
      for (const { doc } of Object.values(group)) expect(doc.length).toBeGreaterThan(10)
  })
})

describe('values', () => {
  it.each([
    ['LIMITS', 'off', false],
    ['LIMITS', '1', true],
    ['PORT', '0', 0],
    ['FETCH_ALLOW', '10.1.0.0/16, cameras.internal,', ['10.1.0.0/16', 'cameras.internal']],
    ['FETCH_ALLOW', ' ["127.0.0.1"]', ['127.0.0.1']],
    ['TRUST_PROXY', '10.0.0.1', ['10.0.0.1']],
    ['MAX_UPLOAD_BYTES', '0', 0],
    ['WEBHOOKS_RETRY_MS', '[5000, 60000]', [5000, 60_000]],
    ['WEBHOOKS_RETRY_MS', '5000,60000', [5000, 60_000]],
    ['WEBHOOKS_RETRY_MS', '[]', []],
  ])('%s=%s', (name, value, parsed) => {
    expect(load({ [name]: value })).toMatchObject({ [name]: parsed })
  })
  it.each([
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', 'http'],
    ['PORT', '1.5'],
    ['LIMITS', 'maybe'],
    ['PUBLIC_URL', 'images.example.com'],
    ['PUBLIC_URL', 'ftp://images.example.com'],
    ['DATABASE_URL', 'mysql://host/db'],
    ['S3_ENDPOINT', 'host:9000'],
    ['LOG_LEVEL', 'loud'],
    ['FETCH_ALLOW', '["a", 1]'],
    ['FETCH_ALLOW', '[broken'],
    ['MASTER_KEY', 'short'],
    ['BOOTSTRAP_PROJECT', 'Has Blanks'],
    ['BOOTSTRAP_SECRET_KEY', 'too short'],
    ['BOOTSTRAP_SECRET_KEY', `${long} with blanks`],
    ['BOOTSTRAP_SECRET_KEY', `${long}#${long}`],
    ['BOOTSTRAP_PUBLIC_KEY', 'has#hash#inside'],
    ['BOOTSTRAP_PASSWORD', 'short'],
    ['BOOTSTRAP_SITE_KEY', 'short'],
    ['WORKERS', '0'],
    ['WEBHOOKS_RETRY_MS', '5 s'],
    ['WEBHOOKS_RETRY_MS', '[5000,]'],
    ['WEBHOOKS_TIMEOUT_MS', '60000'],
  ])('%s=%s is refused by name', (name, value) => {
    const [first] = faults({ [name]: value })
    expect(first).toMatch(new RegExp(`^IMAGESTEAD_${name} .{5,}`))
  })
  it('all faults are told at once, one line each', () => {
    expect(faults({ PORT: 'x', LIMITS: 'x', WORKERS: 'x' })).toHaveLength(3)
  })
})

describe('settings that are right alone and wrong together', () => {
  it.each<[Record<string, string>, RegExp]>([
    [{ TLS_CERT_FILE: '/c' }, /TLS_CERT_FILE is set without IMAGESTEAD_TLS_KEY_FILE/],
    [{ TLS_KEY_FILE: '/k' }, /TLS_KEY_FILE is set without IMAGESTEAD_TLS_CERT_FILE/],
    [{ BOOTSTRAP_PUBLIC_KEY: 'project_public' }, /BOOTSTRAP_PUBLIC_KEY is set without IMAGESTEAD_BOOTSTRAP_SECRET_KEY/],
    [{ BOOTSTRAP_SECRET_KEY: long }, /BOOTSTRAP_SECRET_KEY is set without/],
    [{ BOOTSTRAP_USER: 'ann' }, /BOOTSTRAP_USER is set without IMAGESTEAD_BOOTSTRAP_PASSWORD/],
    [{ BOOTSTRAP_PASSWORD: 'long enough' }, /BOOTSTRAP_PASSWORD is set without/],
    [{ S3_ENDPOINT: 'http://s3:9000' }, /S3_ENDPOINT is set without IMAGESTEAD_S3_BUCKET/],
    [{ S3_BUCKET: 'b' }, /S3_BUCKET is set without IMAGESTEAD_S3_ENDPOINT/],
    [
      { S3_ENDPOINT: 'http://s3:9000', S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'a' },
      /S3_ACCESS_KEY_ID is set without IMAGESTEAD_S3_SECRET_ACCESS_KEY/,
    ],
    [{ DATABASE_URL: postgres }, /MASTER_KEY is required with IMAGESTEAD_DATABASE_URL/],
  ])('%j', (given, message) => {
    expect(faults(given)).toEqual([expect.stringMatching(message)])
  })
  it.each<Record<string, string>>([
    { TLS_CERT_FILE: '/c', TLS_KEY_FILE: '/k' },
    { BOOTSTRAP_PUBLIC_KEY: 'project_public', BOOTSTRAP_SECRET_KEY: long },
    { BOOTSTRAP_USER: 'ann', BOOTSTRAP_PASSWORD: 'long enough' },
    { S3_ENDPOINT: 'http://s3:9000', S3_BUCKET: 'b' },
    { DATABASE_URL: postgres, MASTER_KEY: long },
  ])('%j is fine', (given) => {
    expect(faults(given)).toEqual([])
  })
})

describe('values in files', () => {
  it('NAME_FILE gives the value without its last line break', () => {
    const path = join(folder, 'master')
    writeFileSync(path, `${long}\n`)
    expect(load({ MASTER_KEY_FILE: path }).MASTER_KEY).toBe(long)
  })
  it('a missing file, and a value given twice, are refused', () => {
    expect(faults({ MASTER_KEY_FILE: join(folder, 'none') })).toEqual([
      expect.stringMatching(/MASTER_KEY_FILE names a file that cannot be read/),
    ])
    expect(faults({ MASTER_KEY_FILE: join(folder, 'master'), MASTER_KEY: long })).toEqual([
      expect.stringMatching(/both set/),
    ])
  })
  it('a setting that is itself a path is not read', () => {
    expect(load({ TLS_CERT_FILE: '/not/there', TLS_KEY_FILE: '/not/there' })).toMatchObject({
      TLS_CERT_FILE: '/not/there',
    })
  })
})

it('names variables that are no settings', () => {
  const environment = {
    IMAGESTEAD_PORT: '1',
    IMAGESTEAD_PROT: '1',
    IMAGESTEAD_MASTER_KEY_FILE: 'x',
    IMAGESTEAD_NOTHING_FILE: 'x',
    PATH: 'x',
  }
  expect(unknownSettings(environment)).toEqual(['IMAGESTEAD_PROT', 'IMAGESTEAD_NOTHING_FILE'])
})
