/** media-library-api.md sections 2.1 and 3.3: who is let in by the private key, and what the others are told. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, publicKey, type Stack, secretKey, type TestServer } from '../support/stack.ts'
import { send } from '../support/wire.ts'

export function authenticationSuite(stack: Stack): void {
  let server: TestServer
  let path: string

  beforeAll(async () => {
    server = await stack.start()
    const file = await quarters(8, 8)
    path = `/v1/files/${(await libraryClient(server).upload({ file, fileName: 'a.png' })).json.fileId}/details`
  })
  afterAll(() => server.stop())

  const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`
  const get = (authorization?: string) =>
    send(`${server.url}${path}`, 'GET', authorization === undefined ? {} : { authorization })
  const refused = async (authorization: string | undefined) => {
    const { status, json } = await get(authorization)
    return { status, message: json.message }
  }
  const missing = { status: 401, message: 'Your request does not contain private API key.' }
  const unknown = { status: 403, message: 'Your account cannot be authenticated.' }

  describe('2.1 "User name = private key, password empty"', () => {
    it.for([
      ['an empty password', basic(`${secretKey}:`)],
      ['"the literal password do_not_set"', basic(`${secretKey}:do_not_set`)],
      ['a password with colons', basic(`${secretKey}:a:b:c`)],
      ['no colon at all', basic(secretKey)],
      ['"Basic <private_key> without encoding"', `Basic ${secretKey}`],
      ['the same with a colon', `Basic ${secretKey}:`],
      ['basic in small letters and blanks around', `basic   ${Buffer.from(`${secretKey}:`).toString('base64')}  `],
    ] as const)('lets in with %s', async ([, authorization], { expect }) => {
      expect(await get(authorization)).toMatchObject({ status: 200, json: { type: 'file' } })
    })

    it('lets in with a key of letters and digits only, encoded or not', async ({ expect }) => {
      // Without encoding it is valid Base64 of something with a colon in it.
      const chosen = Buffer.from('a text that has: a colon inside').toString('base64').replaceAll('=', '')
      await server.composed.store.tx((tx) =>
        server.composed.keys.createPair(tx, {
          project: 'default',
          label: '',
          publicKey: `public_of_${chosen}`,
          secretKey: chosen,
        }),
      )
      expect((await get(`Basic ${chosen}`)).status).toBe(200)
      expect((await get(basic(`${chosen}:`))).status).toBe(200)
    })
  })

  describe('3.3 "A wrong key is 403, a missing key is 401"', () => {
    it('no key', async ({ expect }) => {
      for (const header of [
        undefined,
        '',
        'Basic',
        'Basic ',
        basic(':'),
        basic(':password'),
        'Bearer abc',
        secretKey,
      ]) {
        expect(await refused(header)).toEqual(missing)
      }
    })
    it('unknown keys', async ({ expect }) => {
      for (const header of [
        basic('private_nobody:'),
        basic(`${publicKey}:`),
        'Basic !!!',
        basic(`${secretKey}x:`),
        basic(`${secretKey}\0:`),
      ]) {
        expect(await refused(header)).toEqual(unknown)
      }
    })
  })

  describe('3.3 "403 … each reason with its own message"', () => {
    it('"expired key": rolled with a grace that is over; its successor works', async ({ expect }) => {
      const pair = await addProject(server, 'rolled')
      const { store, keys } = server.composed
      const client = libraryClient(server, pair.secretKey)
      const file = await quarters(8, 8)
      const { fileId } = (await client.upload({ file, fileName: 'a.png' })).json
      const found = await keys.findPair(pair.publicKey)
      const fresh = await store.tx((tx) => keys.roll(tx, found?.key.id ?? '', 3_600_000))
      const details = (key: string) => libraryClient(server, key).call('GET', `/v1/files/${fileId}/details`)
      expect((await details(pair.secretKey)).status).toBe(200)
      expect((await details(fresh.secretKey)).status).toBe(200)
      await store.tx((tx) => keys.roll(tx, found?.key.id ?? '', 0))
      const expired = await details(pair.secretKey)
      expect(expired.status).toBe(403)
      expect(expired.json.message).toBe('Your request contains expired private API key.')
      expect((await details(fresh.secretKey)).status).toBe(200)
    })

    it('"disabled account"', async ({ expect }) => {
      const pair = await addProject(server, 'closed')
      await server.composed.store.tx((tx) => tx.projects.update('closed', { status: 'disabled' }))
      expect(await refused(basic(`${pair.secretKey}:`))).toEqual({ status: 403, message: 'Your account is disabled.' })
    })

    it('a disabled key is as good as unknown', async ({ expect }) => {
      const pair = await addProject(server, 'disabled-key')
      const { store, keys } = server.composed
      const id = (await keys.findPair(pair.publicKey))?.key.id ?? ''
      await store.tx((tx) => tx.keys.update(id, { status: 'disabled' }))
      expect(await refused(basic(`${pair.secretKey}:`))).toEqual(unknown)
    })

    it('"upload over the project\'s storage limit": nothing of it stays', async ({ expect }) => {
      const file = await quarters(8, 8)
      const limit = file.length * 2 + 1
      const pair = await addProject(server, 'small', { limits: { storageBytes: limit } })
      const client = libraryClient(server, pair.secretKey)
      const answers = await Promise.all([1, 2, 3, 4].map((n) => client.upload({ file, fileName: `${n}.png` })))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 403, 403])
      const over = answers.find(({ status }) => status === 403)
      expect(over?.json).toEqual({
        message: 'Your account has exceeded its storage limit.',
        help: expect.any(String),
      })
      const stored: string[] = []
      for await (const { key } of server.composed.blobs.list('small/')) stored.push(key)
      expect(stored).toHaveLength(2)
    })
  })
}
