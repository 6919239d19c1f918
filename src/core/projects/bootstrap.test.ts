/** The first user against a real store: who can sign in after the first start, and when. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSqlite } from '../../adapters/database/sqlite/open.ts'
import { createTestClock } from '../../adapters/database/test-records.ts'
import { createMemoryLimits } from '../../adapters/limits/memory.ts'
import { createClientKeys } from '../keys/client-keys.ts'
import { createKeys } from '../keys/keys.ts'
import { createSealer } from '../keys/seal.ts'
import { createSiteKeys } from '../keys/site-keys.ts'
import type { MetadataStore } from '../ports.ts'
import { createSessions } from '../users/sessions.ts'
import { createSignInCheck } from '../users/sign-in.ts'
import { createWelcome } from '../welcome/welcome.ts'
import { bootstrap, type FirstKeys } from './bootstrap.ts'

const clock = createTestClock()
const sealer = createSealer('a master key of more than 32 characters')
let folder: string
let store: MetadataStore

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-bootstrap-'))
  store = await openSqlite({ path: folder, clock })
  await store.migrate()
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const start = (first: FirstKeys) =>
  bootstrap({
    store,
    keys: createKeys({ store, sealer, clock }),
    siteKeys: createSiteKeys({ store, sealer, clock, revealable: true }),
    sealer,
    clock,
    first,
  })
const sessions = () => {
  const check = createSignInCheck({ store, clock, sealer, limits: createMemoryLimits({ clock }), perSecond: 5 })
  return createSessions({ store, clock, sealer, check })
}
const signIn = (username: string, password: string) => sessions().signIn({ username, password, address: '::1' })

it('the user that the operator chose signs in with the password chosen, at the first start only', async () => {
  await start({ project: 'first', user: 'ana', password: 'chosen password' })
  await start({ project: 'first', user: 'bob', password: 'another password' })
  const { token } = await signIn('ana', 'chosen password')
  expect(await sessions().verify(token)).toMatchObject({ user: { username: 'ana' }, project: { id: 'first' } })
  await expect(signIn('bob', 'another password')).rejects.toMatchObject({ code: 'unauthenticated' })
})

it('without a choice nobody signs in until the welcome link is opened; what it shows then works', async () => {
  await start({ project: 'first' })
  await expect(signIn('admin', '')).rejects.toMatchObject({ code: 'unauthenticated' })
  const clientKeys = createClientKeys({ store, clock })
  const welcome = createWelcome({
    store,
    clock,
    sealer,
    clientKeys,
    siteKeys: createSiteKeys({ store, sealer, clock, revealable: true }),
  })
  const opened = await welcome.open((await welcome.offer('first')) ?? '', 'localhost')
  if (typeof opened === 'string') throw new Error(opened)
  const account = (await welcome.keysFor(opened.cookie))?.account
  const { token } = await signIn(account?.username ?? '', account?.password ?? '')
  const { user } = await sessions().verify(token)
  expect(await clientKeys.check(account?.clientKey ?? '', user)).toMatchObject({ activated: true })
})
