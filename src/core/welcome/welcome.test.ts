import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSqlite } from '../../adapters/database/sqlite/open.ts'
import { aKey, aProject, aUser, createTestClock, fresh } from '../../adapters/database/test-records.ts'
import { createClientKeys } from '../keys/client-keys.ts'
import { createSealer } from '../keys/seal.ts'
import { createSiteKeys, type SiteKeys } from '../keys/site-keys.ts'
import type { MetadataStore } from '../ports.ts'
import type { User } from '../projects/records.ts'
import { hashPassword, verifyPassword } from '../users/password.ts'
import { createWelcome, isOwnHost, type Welcome } from './welcome.ts'

const day = 24 * 3600 * 1000
const clock = createTestClock()
const sealer = createSealer('a master key of more than 32 characters')
let folder = ''
let store: MetadataStore
let welcome: Welcome
let siteKeys: SiteKeys

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-welcome-'))
  store = await openSqlite({ path: folder, clock })
  await store.migrate()
  const clientKeys = createClientKeys({ store, clock })
  siteKeys = createSiteKeys({ store, sealer, clock, revealable: true })
  welcome = createWelcome({ store, clock, sealer, clientKeys, siteKeys, publicUrl: 'https://images.example.com' })
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

/** A fresh project with one pair. */
async function projectWithPair(): Promise<{ project: string; publicKey: string }> {
  const project = aProject()
  const key = aKey({ project: project.id, publicKey: fresh('public'), secretSealed: sealer.seal('secret') })
  await store.tx(async ({ projects, keys }) => {
    await projects.insert(project)
    await keys.insert(key)
  })
  return { project: project.id, publicKey: key.publicKey ?? '' }
}

async function openedCookie(token: string): Promise<string> {
  const opened = await welcome.open(token, '127.0.0.1:8080')
  if (typeof opened === 'string') throw new Error(opened)
  return opened.cookie
}

test('the one browser that opens the link sees the keys, for the day the link lasts', async () => {
  const { project, publicKey } = await projectWithPair()
  const cookie = await openedCookie(await welcome.mint(project))
  expect(await welcome.keysFor(cookie)).toEqual({ project, publicKey, secretKey: 'secret' })
  expect(await welcome.keysFor(`${cookie}x`)).toBeUndefined()
  clock.advance(day)
  expect(await welcome.keysFor(cookie)).toBeUndefined()
})

test('a second browser is refused, the first may come again with its cookie', async () => {
  const { project } = await projectWithPair()
  const token = await welcome.mint(project)
  const cookie = await openedCookie(token)
  expect(await welcome.open(token, 'localhost')).toBe('used')
  expect(await welcome.open(token, 'localhost', 'a cookie of another link')).toBe('used')
  expect(await welcome.open(token, 'localhost', cookie)).toEqual({ cookie })
})

test('of many browsers at once exactly one wins', async () => {
  const { project } = await projectWithPair()
  const token = await welcome.mint(project)
  const all = await Promise.all(Array.from({ length: 8 }, () => welcome.open(token, '127.0.0.1')))
  expect(all.filter((result) => typeof result === 'object')).toHaveLength(1)
})

test('a foreign host opens nothing and does not use the link up', async () => {
  const { project } = await projectWithPair()
  const token = await welcome.mint(project)
  expect(await welcome.open(token, 'evil.example')).toBe('foreign-host')
  expect(await welcome.open(token, 'images.example.com')).toHaveProperty('cookie')
})

test('a link that was not opened in a day has expired', async () => {
  const { project } = await projectWithPair()
  const token = await welcome.mint(project)
  clock.advance(day)
  expect(await welcome.open(token, '127.0.0.1')).toBe('expired')
})

test('a newer link replaces the older one and takes the keys from its browser', async () => {
  const { project } = await projectWithPair()
  const first = await welcome.mint(project)
  const cookie = await openedCookie(first)
  const second = await welcome.mint(project)
  expect(await welcome.keysFor(cookie)).toBeUndefined()
  expect(await welcome.open(first, '127.0.0.1')).toBe('used')
  expect(await welcome.open(second, '127.0.0.1')).toHaveProperty('cookie')
})

test('a start offers a link until one has been opened', async () => {
  const { project } = await projectWithPair()
  const first = await welcome.offer(project)
  const second = await welcome.offer(project)
  expect(await welcome.open(String(first), '127.0.0.1')).toBe('used')
  await openedCookie(String(second))
  expect(await welcome.offer(project)).toBeUndefined()
})

test('a token that was never made, or is no token at all, opens nothing', async () => {
  for (const token of ['', 'x', `${(clock.now() + day).toString(36)}-forged`, '\u0000', 'é'.repeat(5000)]) {
    expect(typeof (await welcome.open(token, '127.0.0.1')), token).toBe('string')
  }
})

test('a disabled or expired pair is not shown', async () => {
  const { project, publicKey } = await projectWithPair()
  const [pair] = await store.read.keys.list(project)
  const cookie = await openedCookie(await welcome.mint(project))
  await store.tx(({ keys }) => keys.update(pair?.id ?? '', { expires: clock.now() }))
  expect(await welcome.keysFor(cookie)).toBeUndefined()
  await store.tx(({ keys }) => keys.update(pair?.id ?? '', { expires: null }))
  expect(await welcome.keysFor(cookie)).toMatchObject({ publicKey })
  await store.tx(({ keys }) => keys.update(pair?.id ?? '', { status: 'disabled' }))
  expect(await welcome.keysFor(cookie)).toBeUndefined()
})

const nothing = { password: undefined, clientKey: undefined, siteKey: undefined }
/** A project with a pair and its first user, and what a fresh link shows of them. */
async function projectWithUser(fields: Partial<User> = {}) {
  const { project } = await projectWithPair()
  const user = aUser({ project, username: fresh('admin'), ...fields })
  await store.tx(({ users }) => users.insert(user))
  const token = await welcome.mint(project)
  return { project, user, cookie: await openedCookie(token), token }
}
const shown = async (cookie: string) => (await welcome.keysFor(cookie))?.account

test('opening the link makes the first user a password and keys, which it shows for its day and no longer', async () => {
  const { project, user, cookie, token } = await projectWithUser()
  const account = await shown(cookie)
  expect(account).toMatchObject({
    username: user.username,
    password: expect.stringMatching(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/),
  })
  const { passwordHash } = (await store.read.users.find(user.id)) ?? user
  expect(await verifyPassword(account?.password ?? '', passwordHash ?? '')).toBe(true)
  const clientKeys = createClientKeys({ store, clock })
  expect(await clientKeys.check(account?.clientKey ?? '', user)).toMatchObject({ activated: true })
  expect((await siteKeys.find(account?.siteKey ?? ''))?.key).toMatchObject({ user: user.id, kind: 'site' })

  expect(await welcome.open(token, 'localhost', cookie)).toEqual({ cookie })
  expect(await shown(cookie)).toEqual(account)
  const second = await openedCookie(await welcome.mint(project))
  expect(await shown(second)).toEqual(account)

  clock.advance(day)
  await store.tx((tx) => tx.welcome.sweepAccounts(clock.now()))
  const later = await openedCookie(await welcome.mint(project))
  expect(await shown(later)).toEqual({ username: user.username, ...nothing })
  expect((await store.read.keys.pageOfUser(user.id, 'site', { offset: 0, limit: 1 })).total).toBe(1)
  expect((await clientKeys.list(user, { page: 0, size: 10 })).total).toBe(1)
})

test('a password that somebody chose is neither changed nor shown', async () => {
  const passwordHash = await hashPassword('chosen by me')
  const { user, cookie } = await projectWithUser({ passwordHash })
  expect(await shown(cookie)).toMatchObject({ password: undefined, clientKey: expect.stringMatching(/^ck_/) })
  expect((await store.read.users.find(user.id))?.passwordHash).toBe(passwordHash)
})

test('what was changed, switched off or disabled since is not shown', async () => {
  const { user, cookie } = await projectWithUser()
  const [key] = (await createClientKeys({ store, clock }).list(user, { page: 0, size: 1 })).keys
  await store.tx((tx) => tx.keys.updateOfUser(user.id, 'client', key?.id ?? '', { status: 'disabled' }))
  expect(await shown(cookie)).toMatchObject({ password: expect.any(String), clientKey: undefined })
  expect((await shown(cookie))?.siteKey).toMatch(/^sp_/)
  const [site] = (await store.read.keys.pageOfUser(user.id, 'site', { offset: 0, limit: 1 })).keys
  await store.tx((tx) => tx.keys.updateOfUser(user.id, 'site', site?.id ?? '', { status: 'disabled' }))
  expect((await shown(cookie))?.siteKey).toBeUndefined()
  await store.tx((tx) => tx.users.update(user.id, { passwordHash: 'another' }))
  expect(await shown(cookie)).toEqual({ username: user.username, ...nothing })
  await store.tx((tx) => tx.users.update(user.id, { status: 'disabled' }))
  expect(await shown(cookie)).toBeUndefined()
})

test('a link that is not opened makes nothing', async () => {
  const { project } = await projectWithPair()
  const user = aUser({ project })
  await store.tx(({ users }) => users.insert(user))
  const token = await welcome.mint(project)
  await welcome.open(token, 'evil.example')
  await welcome.open(`${token}x`, 'localhost')
  expect((await store.read.users.find(user.id))?.passwordHash).toBeNull()
  expect(await store.read.welcome.findAccount(project)).toBeUndefined()
})

test('the database holds neither token nor cookie nor what they show', async () => {
  const { cookie, token } = await projectWithUser()
  const { password = '', clientKey = '', siteKey = '' } = (await shown(cookie)) ?? {}
  expect([password.length, clientKey.length, siteKey.length]).toEqual([23, 358, 52])

  for (const name of (await readdir(folder)).filter((file) => file.startsWith('imagestead.db'))) {
    const bytes = await readFile(join(folder, name))
    expect(bytes.includes(token)).toBe(false)
    expect(bytes.includes(cookie)).toBe(false)
    expect(bytes.includes(password)).toBe(false)
    expect(bytes.includes(clientKey.slice(24, 60))).toBe(false)
    expect(bytes.includes(siteKey.slice(12))).toBe(false)
  }
})

test('loopback and the public authority are own hosts, everything else is foreign', () => {
  for (const host of ['localhost', 'localhost:8080', '127.0.0.1:8080', '127.1.2.3', '[::1]:8080', 'app.localhost']) {
    expect(isOwnHost(host, undefined), host).toBe(true)
  }
  for (const host of ['', 'images.example.com', '10.0.0.1', '127.0.0.1.example.com', 'localhost.example.com', 'a b']) {
    expect(isOwnHost(host, undefined), host).toBe(false)
  }
  const publicUrl = 'https://images.example.com'
  expect(isOwnHost('images.example.com', publicUrl)).toBe(true)
  expect(isOwnHost('Images.Example.com:443', publicUrl)).toBe(true)
  expect(isOwnHost('images.example.com:8443', publicUrl)).toBe(false)
  expect(isOwnHost('images.example.com@evil.example', publicUrl)).toBe(false)
  expect(isOwnHost('evil.example/images.example.com', publicUrl)).toBe(false)
})
