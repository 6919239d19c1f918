/** Sessions against a real store; a moved clock lets them expire. */
import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSqlite } from '../../adapters/database/sqlite/open.ts'
import { aProject, aUser, createTestClock, fresh } from '../../adapters/database/test-records.ts'
import { createMemoryLimits } from '../../adapters/limits/memory.ts'
import { createSealer } from '../keys/seal.ts'
import type { MetadataStore } from '../ports.ts'
import type { User } from '../projects/records.ts'
import { hashPassword } from './password.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createSignInCheck } from './sign-in.ts'

const hour = 3_600_000
const password = 'correct horse'
const masterKey = 'a master key of more than 32 characters'
const clock = createTestClock()
let folder: string
let store: MetadataStore
let sessions: Sessions
let passwordHash: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-sessions-'))
  store = await openSqlite({ path: folder, clock })
  await store.migrate()
  passwordHash = await hashPassword(password)
  sessions = open(masterKey)
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

function open(key: string): Sessions {
  const limits = createMemoryLimits({ clock })
  const sealer = createSealer(key)
  return createSessions({
    store,
    clock,
    sealer,
    check: createSignInCheck({ store, clock, sealer, limits, perSecond: 5 }),
  })
}

async function anAccount(fields: Partial<User> = {}): Promise<User> {
  const project = aProject()
  const user = aUser({ project: project.id, passwordHash, ...fields })
  await store.tx(async (tx) => {
    await tx.projects.insert(project)
    await tx.users.insert(user)
  })
  return user
}

let addresses = 0
/** From an address of its own. */
const signIn = (username: string, given = password) => {
  addresses += 1
  return sessions.signIn({ username, password: given, address: `10.0.0.${addresses}` })
}
const failure = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  )

it('a token names its user and project for 24 hours', async () => {
  const user = await anAccount()
  const { token } = await signIn(user.username)
  expect(await sessions.verify(token)).toMatchObject({ user: { id: user.id }, project: { id: user.project } })
  const { iat, exp, sub, jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  expect({ life: exp - iat, sub }).toEqual({ life: 86_400, sub: user.id })
  expect(jti).toMatch(/^[\da-f-]{36}$/)
  clock.advance(24 * hour - 60_000)
  expect(await sessions.verify(token)).toMatchObject({ user: { id: user.id } })
  clock.advance(61_000)
  await expect(sessions.verify(token)).rejects.toMatchObject({ code: 'unauthenticated' })
})

it('two tokens of an account live side by side', async () => {
  const { username } = await anAccount()
  const [one, two] = [await signIn(username), await signIn(username)]
  expect(one.token).not.toBe(two.token)
  for (const { token } of [one, two]) expect(await sessions.verify(token)).toMatchObject({ user: { username } })
})

it('another key, a changed claim, or no token at all is refused', async () => {
  const { username } = await anAccount()
  const { token } = await signIn(username)
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const forged = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 1 })).toString('base64url')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  const bad = [
    '',
    'x',
    '..',
    `${header}.${forged}.${signature}`,
    `${none}.${payload}.`,
    `${token}.`,
    `${token}.x`,
    `${token}x`,
  ]
  for (const text of bad) expect(await failure(sessions.verify(text)), text).toBe('unauthenticated')
  expect(await failure(open('another master key, also more than 32').verify(token))).toBe('unauthenticated')
})

it('an unknown name, a wrong password and an account without one look the same', async () => {
  const [known, empty] = [await anAccount(), await anAccount({ passwordHash: null })]
  const outcomes = []
  for (const [name, given] of [
    [known.username, 'wrong'],
    [fresh('nobody'), password],
    [empty.username, password],
    ['a\0b', password],
  ]) {
    outcomes.push(await signIn(name ?? '', given).catch(({ code, message, param }) => ({ code, message, param })))
  }
  expect(outcomes[0]).toMatchObject({ code: 'unauthenticated' })
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
})

it('an unknown name takes as long as a wrong password', async () => {
  const { username } = await anAccount()
  const timed = async (name: string) => {
    const times = []
    for (let run = 0; run < 2; run += 1) {
      const start = performance.now()
      await failure(signIn(name, 'wrong'))
      times.push(performance.now() - start)
    }
    return Math.min(...times)
  }
  const [wrong, unknown] = [await timed(username), await timed(fresh('nobody'))]
  // Without the same work it would be a hundredth.
  expect(unknown).toBeGreaterThan(wrong / 3)
})

it('a new password ends all tokens at once', async () => {
  const { id, username } = await anAccount()
  const { token } = await signIn(username)
  await sessions.verify(token)
  await store.tx((tx) => tx.users.update(id, { passwordHash }))
  await expect(sessions.verify(token)).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(await sessions.verify((await signIn(username)).token)).toMatchObject({ user: { id } })
})

it('a new address ends none', async () => {
  const { id, username } = await anAccount()
  const { token } = await signIn(username)
  await store.tx((tx) => tx.users.update(id, { email: 'new@example.org' }))
  expect((await sessions.verify(token)).user.email).toBe('new@example.org')
})

it('a suspended account is refused as such, and its old tokens stay ended when it is back', async () => {
  const { id, username } = await anAccount()
  const { token } = await signIn(username)
  await store.tx((tx) => tx.users.update(id, { status: 'disabled' }))
  await expect(sessions.verify(token)).rejects.toMatchObject({ code: 'forbidden' })
  expect(await failure(signIn(username))).toBe('forbidden')
  expect(await failure(signIn(username, 'wrong'))).toBe('unauthenticated')
  await store.tx((tx) => tx.users.update(id, { status: 'active' }))
  await expect(sessions.verify(token)).rejects.toMatchObject({ code: 'unauthenticated' })
})

it('a disabled project suspends its accounts', async () => {
  const { project, username } = await anAccount()
  const { token } = await signIn(username)
  await store.tx((tx) => tx.projects.update(project, { status: 'disabled' }))
  await expect(sessions.verify(token)).rejects.toMatchObject({ code: 'forbidden' })
  expect(await failure(signIn(username))).toBe('forbidden')
})

it('an address may try five times in any second', async () => {
  const { username } = await anAccount()
  const attempt = () => sessions.signIn({ username, password, address: '192.0.2.1' })
  await Promise.all(Array.from({ length: 5 }, attempt))
  await expect(attempt()).rejects.toMatchObject({ code: 'rate_limited', retryAt: clock.now() + 1000 })
  await signIn(username)
  clock.advance(1000)
  await attempt()
})

it('a name that has to wait is not looked at, not even with the right password', async () => {
  const { username } = await anAccount()
  const nameHash = createHmac('sha256', createSealer(masterKey).derive('sign-in-names')).update(username).digest('hex')
  const retryAt = clock.now() + 8000
  await store.tx(async ({ signInFailures }) => {
    await signInFailures.add(nameHash, clock.now(), clock.now() + hour)
    await signInFailures.block(nameHash, retryAt)
  })
  await expect(signIn(username)).rejects.toMatchObject({ code: 'rate_limited', retryAt })
  clock.advance(8000)
  await signIn(username)
  expect(await store.read.signInFailures.find(nameHash)).toBeUndefined()
})
