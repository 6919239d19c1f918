/** Web sessions against a real store; a moved clock lets them expire. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSqlite } from '../../adapters/database/sqlite/open.ts'
import { aProject, aUser, createTestClock } from '../../adapters/database/test-records.ts'
import { createMemoryLimits } from '../../adapters/limits/memory.ts'
import { createSealer } from '../keys/seal.ts'
import type { MetadataStore } from '../ports.ts'
import type { User } from '../projects/records.ts'
import { hashPassword } from './password.ts'
import { createSignInCheck } from './sign-in.ts'
import { createWebSessions, type WebSessions } from './web-sessions.ts'

const hour = 3_600_000
const password = 'correct horse'
const clock = createTestClock()
let folder: string
let store: MetadataStore
let passwordHash: string
let sessions: WebSessions

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-web-sessions-'))
  store = await openSqlite({ path: folder, clock })
  await store.migrate()
  passwordHash = await hashPassword(password)
  sessions = open()
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

function open(fields: { idleMs?: number; lifetimeMs?: number } = {}): WebSessions {
  const sealer = createSealer('a master key of more than 32 characters')
  const check = createSignInCheck({ store, clock, sealer, limits: createMemoryLimits({ clock }), perSecond: 1000 })
  return createWebSessions({ store, clock, sealer, check, idleMs: hour, lifetimeMs: 24 * hour, ...fields })
}

async function anAccount(fields: Partial<User> = {}): Promise<User> {
  const project = aProject()
  const user = aUser({ id: `us_${project.id}`, project: project.id, passwordHash, ...fields })
  await store.tx(async (tx) => {
    await tx.projects.insert(project)
    await tx.users.insert(user)
  })
  return user
}

const signIn = (username: string, former?: string) => sessions.signIn({ username, password, address: '::1' }, former)
/** What was noted without waiting is written by now. */
const settled = () => store.tx(async () => undefined)

it('a session names its user and project, and another text nobody', async () => {
  const user = await anAccount()
  const { token, csrfToken } = await signIn(user.username)
  expect(token).toMatch(/^[\w-]{43}$/)
  expect(await sessions.find(token)).toMatchObject({ user: { id: user.id }, project: { id: user.project }, csrfToken })
  for (const text of ['', `${token}x`, token.slice(1), 'x'.repeat(43)])
    expect(await sessions.find(text)).toBeUndefined()
})

it('its token against forgery is its own and no other', async () => {
  const { username } = await anAccount()
  const [one, two] = [await signIn(username), await signIn(username)]
  expect(one.csrfToken).not.toBe(two.csrfToken)
  expect([one.csrfToken, two.csrfToken, '', one.token].map((given) => sessions.isCsrfToken(one, given))).toEqual([
    true,
    false,
    false,
    false,
  ])
})

it('a wrong password begins none and ends none', async () => {
  const { username } = await anAccount()
  const { token } = await signIn(username)
  const attempt = sessions.signIn({ username, password: 'wrong', address: '::1' }, token)
  await expect(attempt).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(await sessions.find(token)).toBeDefined()
})

it('a new sign-in ends the session that the browser had, and signing out ends one', async () => {
  const { username } = await anAccount()
  const [first, elsewhere] = [await signIn(username), await signIn(username)]
  const second = await signIn(username, first.token)
  expect(await sessions.find(first.token)).toBeUndefined()
  await sessions.signOut(second.token)
  expect(await sessions.find(second.token)).toBeUndefined()
  expect(await sessions.find(elsewhere.token)).toBeDefined()
})

it('ends after an hour without a request, and after a day in any case', async () => {
  const { username } = await anAccount()
  const [idle, used] = [await signIn(username), await signIn(username)]
  for (let times = 0; times < 26; times += 1) {
    clock.advance(55 * 60_000)
    expect(await sessions.find(used.token), `${times}`).toBeDefined()
    await settled()
    if (times > 0) expect(await sessions.find(idle.token)).toBeUndefined()
    else clock.advance(-1)
  }
  clock.advance(55 * 60_000)
  expect(await sessions.find(used.token)).toBeUndefined()
})

it('stricter settings count for sessions that began before', async () => {
  const { username } = await anAccount()
  const { token } = await signIn(username)
  clock.advance(10 * 60_000)
  expect(await open({ idleMs: 5 * 60_000 }).find(token)).toBeUndefined()
  expect(await open({ lifetimeMs: 5 * 60_000 }).find(token)).toBeUndefined()
  expect(await sessions.find(token)).toBeDefined()
})

it('a request is noted once a minute', async () => {
  const { username } = await anAccount()
  const { token, session } = await signIn(username)
  const seen = async () => {
    await sessions.find(token)
    await settled()
    return ((await store.read.webSessions.find(session.idHash))?.seen ?? 0) - session.created
  }
  clock.advance(59_000)
  expect(await seen()).toBe(0)
  clock.advance(2000)
  expect(await seen()).toBe(61_000)
  clock.advance(30_000)
  expect(await seen()).toBe(61_000)
})

it('a new password, a disabled user and a disabled project end all sessions at once', async () => {
  const [one, two, three] = [await anAccount(), await anAccount(), await anAccount()]
  const tokens = await Promise.all([one, two, three].map(async ({ username }) => (await signIn(username)).token))
  const found = () => Promise.all(tokens.map(async (token) => (await sessions.find(token)) !== undefined))
  expect(await found()).toEqual([true, true, true])
  await store.tx((tx) => tx.users.update(one.id, { passwordHash }))
  await store.tx((tx) => tx.users.update(two.id, { status: 'disabled' }))
  await store.tx((tx) => tx.projects.update(three.project, { status: 'disabled' }))
  expect(await found()).toEqual([false, false, false])
  await store.tx((tx) => tx.users.update(two.id, { status: 'active' }))
  expect(await found()).toEqual([false, false, false])
})

it('the password given again is noted, of the own account and while the session lasts', async () => {
  const { username } = await anAccount()
  const { token } = await signIn(username)
  clock.advance(20 * 60_000)
  const opened = await sessions.find(token)
  if (opened === undefined) throw new Error('It has ended.')
  await expect(sessions.confirm(opened, 'wrong', '::1')).rejects.toMatchObject({ code: 'unauthenticated' })
  expect((await sessions.find(token))?.session.confirmed).toBe(clock.now() - 20 * 60_000)
  expect((await sessions.confirm(opened, password, '::1')).session.confirmed).toBe(clock.now())
  expect((await sessions.find(token))?.session.confirmed).toBe(clock.now())
  await sessions.signOut(token)
  await expect(sessions.confirm(opened, password, '::1')).rejects.toMatchObject({ code: 'unauthenticated' })
})

it('a user has fifty of them; the oldest end', async () => {
  const { id, username } = await anAccount()
  const first = await signIn(username)
  await store.tx(async (tx) => {
    for (let at = 1; at < 50; at += 1) {
      await tx.webSessions.insert({ ...first.session, idHash: `${id}-${at}`, created: first.session.created + at })
    }
  })
  expect(await sessions.find(first.token)).toBeDefined()
  clock.advance(1000)
  await signIn(username)
  expect(await sessions.find(first.token)).toBeUndefined()
  expect(await store.read.webSessions.find(`${id}-1`)).toBeDefined()
})

it('the database does not hold what the cookie holds', async () => {
  const { token } = await signIn((await anAccount()).username)
  for (const name of (await readdir(folder)).filter((file) => file.startsWith('imagestead.db'))) {
    expect((await readFile(join(folder, name))).includes(token)).toBe(false)
  }
})
