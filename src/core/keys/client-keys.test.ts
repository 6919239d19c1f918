/** Client-keys against a real store (scoring-api.md section 3 and conformance check 3). */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSqlite } from '../../adapters/database/sqlite/open.ts'
import { aProject, aUser, createTestClock } from '../../adapters/database/test-records.ts'
import { DomainError } from '../errors.ts'
import type { Mail, MetadataStore } from '../ports.ts'
import type { User } from '../projects/records.ts'
import { type ClientKeys, createClientKeys } from './client-keys.ts'

const clock = createTestClock()
const sent: Mail[] = []
/** What the mail server does next. */
let deliver = async () => {}
let folder: string
let store: MetadataStore
let keys: ClientKeys
let mailing: ClientKeys

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-client-keys-'))
  store = await openSqlite({ path: folder, clock })
  await store.migrate()
  keys = createClientKeys({ store, clock })
  const mailer = {
    async send(mail: Mail) {
      await deliver()
      sent.push(mail)
    },
    close: async () => {},
  }
  mailing = createClientKeys({ store, clock, mailer })
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

async function anAccount(fields: Partial<User> = {}): Promise<User> {
  const project = aProject()
  const user = aUser({ project: project.id, email: 'account@example.org', ...fields })
  await store.tx(async (tx) => {
    await tx.projects.insert(project)
    await tx.users.insert(user)
  })
  return user
}
const clients = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `Casa ${index}`, email: `c${index}@example.org` }))
async function aKeyOf(user: User) {
  const [key] = await keys.create(user, clients(1))
  if (key === undefined) throw new Error('no key')
  return key
}
const count = async (user: User) => (await keys.list(user, { page: 0, size: 1 })).total
const codeOf = (outcome: Promise<unknown>) =>
  outcome.then(
    () => 'ok',
    ({ code, extra }: DomainError) => [code, extra?.code].filter((part) => part !== undefined).join(' '),
  )

describe('creating', () => {
  it('20 makes 20 keys of 358 characters in the order given, of which the store can show none', async () => {
    const user = await anAccount()
    const made = await keys.create(user, clients(20))
    expect(made.map(({ name }) => name)).toEqual(clients(20).map(({ name }) => name))
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(20)
    for (const { secret, id, activated } of made) {
      expect(secret).toMatch(/^ck_[A-Za-z0-9]{21}\.[\w-]{333}$/)
      expect(id).toMatch(/^ck_[0-9A-HJKMNP-TV-Z]{26}$/)
      expect(activated).toBe(true)
    }
    const files = (await readdir(folder)).filter((name) => name.startsWith('imagestead.db'))
    const bytes = Buffer.concat(await Promise.all(files.map((name) => readFile(join(folder, name)))))
    expect(bytes.includes(made[0]?.id ?? '')).toBe(true)
    for (const { secret } of made) expect(bytes.includes(secret.slice(24, 60))).toBe(false)
  })

  it.each([0, 21])('%s is refused and makes no key', async (many) => {
    const user = await anAccount()
    await expect(keys.create(user, clients(many))).rejects.toMatchObject({ code: 'invalid', param: 'clients' })
    expect(await count(user)).toBe(0)
  })

  it.each([
    [{ name: 'A' }, 'clients[1].email'],
    [{ email: 'a@example.org' }, 'clients[1].name'],
    [{ name: '', email: 'a@example.org' }, 'clients[1].name'],
    [{ name: 'x'.repeat(201), email: 'a@example.org' }, 'clients[1].name'],
    [{ name: 'a\0b', email: 'a@example.org' }, 'clients[1].name'],
    [{ name: 7, email: 'a@example.org' }, 'clients[1].name'],
    [{ name: 'A', email: 'nonsense' }, 'clients[1].email'],
    [{ name: 'A', email: 'a@example.org\r\nBcc: b@example.org' }, 'clients[1].email'],
    [{ name: 'A', email: ['a@example.org', 'b@example.org'] }, 'clients[1].email'],
    [{ name: 'A', email: [] }, 'clients[1].email'],
    [{ name: 'A', email: 'a@example.org', more: 1 }, 'clients[1]'],
    [null, 'clients[1]'],
    ['A', 'clients[1]'],
  ])('with %j as one item names it and makes no key', async (item, param) => {
    const user = await anAccount()
    await expect(keys.create(user, [...clients(1), item])).rejects.toMatchObject({ code: 'invalid', param })
    expect(await count(user)).toBe(0)
  })

  it('reads an address in an array of one; two clients may be alike', async () => {
    const user = await anAccount()
    const item = { name: 'x'.repeat(200), email: ['a@example.org'] }
    const made = await keys.create(user, [item, item])
    expect(made.map(({ email }) => email)).toEqual(['a@example.org', 'a@example.org'])
    expect(made[0]?.id).not.toBe(made[1]?.id)
  })
})

describe('sending', () => {
  it('is one mail with all keys to the address of the account', async () => {
    const user = await anAccount()
    const made = await mailing.create(user, clients(2), { send: true })
    const [mail, ...others] = sent.splice(0)
    expect(others).toEqual([])
    expect(mail?.to).toBe('account@example.org')
    for (const { secret, name, id } of made) for (const part of [secret, name, id]) expect(mail?.text).toContain(part)
    expect((await mailing.list(user, { page: 0, size: 5 })).keys.map(({ activated }) => activated)).toEqual([
      true,
      true,
    ])
    expect(await codeOf(mailing.check(made[0]?.secret ?? '', user))).toBe('ok')
  })

  it('without a mail server, or an address, is refused and makes no key', async () => {
    const [user, silent] = [await anAccount(), await anAccount({ email: null })]
    expect(await codeOf(keys.create(user, clients(1), { send: true }))).toBe('invalid mail_not_configured')
    expect(await codeOf(mailing.create(silent, clients(1), { send: true }))).toBe('invalid mail_not_configured')
    expect([await count(user), await count(silent), sent.length]).toEqual([0, 0, 0])
  })

  it('that fails leaves no key; a server that dies meanwhile leaves keys that do nothing', async () => {
    const user = await anAccount()
    deliver = async () => {
      const { keys: kept } = await keys.list(user, { page: 0, size: 5 })
      expect(kept.map(({ activated }) => activated)).toEqual([false])
      throw new DomainError('unavailable', 'The mail server did not take the mail.')
    }
    expect(await codeOf(mailing.create(user, clients(1), { send: true }))).toBe('unavailable')
    deliver = async () => {}
    expect(await count(user)).toBe(0)
  })
})

describe('reading and changing', () => {
  it('pages newest first, the first of a call being the oldest of it', async () => {
    const user = await anAccount()
    const first = await keys.create(user, clients(3))
    clock.advance(1)
    const second = await keys.create(user, clients(2))
    const newest = [...first, ...second].map(({ id }) => id).reverse()
    const pages = await Promise.all([0, 1, 2, 3].map((page) => keys.list(user, { page, size: 2 })))
    expect(pages.map(({ total }) => total)).toEqual([5, 5, 5, 5])
    expect(pages.flatMap((page) => page.keys.map(({ id }) => id))).toEqual(newest)
    expect(pages[0]?.keys[0]).toEqual({ id: newest[0], activated: true, name: 'Casa 1', email: 'c1@example.org' })
    for (const page of [
      { page: -1, size: 2 },
      { page: 0.5, size: 2 },
      { page: 0, size: 0 },
      { page: 0, size: 101 },
    ]) {
      expect(await codeOf(keys.list(user, page))).toBe('invalid')
    }
  })

  it('changes what the patch names and nothing else', async () => {
    const user = await anAccount()
    const { id, secret: _, ...key } = await aKeyOf(user)
    expect(await keys.update(user, id, { activated: false })).toEqual({ id, ...key, activated: false })
    expect(await keys.update(user, id, { name: 'B', email: 'b@example.org' })).toEqual({
      id,
      activated: false,
      name: 'B',
      email: 'b@example.org',
    })
    expect(await keys.update(user, id, {})).toEqual(await keys.get(user, id))
    await expect(keys.update(user, id, { email: 'b' })).rejects.toMatchObject({ code: 'invalid', param: 'email' })
    await expect(keys.update(user, id, { name: '' })).rejects.toMatchObject({ code: 'invalid', param: 'name' })
  })

  it('deletes for good', async () => {
    const user = await anAccount()
    const { id, secret } = await aKeyOf(user)
    expect(await codeOf(keys.check(secret, user))).toBe('ok')
    await keys.delete(user, id)
    expect(await codeOf(keys.check(secret, user))).toBe('unauthenticated')
    for (const again of [keys.get(user, id), keys.update(user, id, {}), keys.delete(user, id)]) {
      expect(await codeOf(again)).toBe('not_found')
    }
  })

  it("another account's id is unknown, in the same project too, and so is what is no id", async () => {
    const user = await anAccount()
    const other = aUser({ project: user.project })
    await store.tx((tx) => tx.users.insert(other))
    const { id } = await aKeyOf(user)
    for (const [who, what] of [
      [other, id],
      [await anAccount(), id],
      [user, 'a\0b'],
      [user, `${id}x`],
      [user, ''],
    ] as const) {
      expect(await codeOf(keys.get(who, what))).toBe('not_found')
      expect(await codeOf(keys.update(who, what, { activated: false }))).toBe('not_found')
      expect(await codeOf(keys.delete(who, what))).toBe('not_found')
    }
    expect((await keys.list(other, { page: 0, size: 5 })).total).toBe(0)
    expect((await keys.get(user, id)).activated).toBe(true)
  })
})

describe('a key in a request', () => {
  it('works for its account, from the next request on as it was switched', async () => {
    const user = await anAccount()
    const { id, secret } = await aKeyOf(user)
    expect(await keys.check(secret, user)).toEqual(await keys.get(user, id))
    await keys.update(user, id, { activated: false })
    expect(await codeOf(keys.check(secret, user))).toBe('forbidden')
    await keys.update(user, id, { activated: true })
    expect(await codeOf(keys.check(secret, user))).toBe('ok')
  })

  it('of another account is forbidden', async () => {
    const { secret } = await aKeyOf(await anAccount())
    expect(await codeOf(keys.check(secret, await anAccount()))).toBe('forbidden')
  })

  it('that is cut off is told so, whatever is left of it; others are unknown', async () => {
    const user = await anAccount()
    const { id, secret } = await aKeyOf(user)
    const truncated = 'unauthenticated client_key_truncated'
    for (const length of [3, 10, 24, 25, 200, 357]) {
      expect(await codeOf(keys.check(secret.slice(0, length), user)), `${length}`).toBe(truncated)
    }
    expect(await codeOf(keys.check(id, user))).toBe(truncated)
    const forged = `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`
    const foreign = secret.replace(/^ck_.{21}/, `ck_${'x'.repeat(21)}`)
    for (const text of ['', 'x', '\0', forged, foreign, `${secret}A`, ` ${secret}`, `${secret}\n`, 'x'.repeat(358)]) {
      expect(await codeOf(keys.check(text, user)), text.slice(0, 30)).toBe('unauthenticated')
    }
  })
})
