/** Signed URLs (image-urls.md section 9), as the published clients make them and by hand. */
import ImageKit7 from '@imagekit/nodejs'
import ImageKit6 from 'imagekit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeliveryClient, deliveryClient } from '../support/delivery-client.ts'
import { libraryClient } from '../support/library-client.ts'
import { photo } from '../support/pictures.ts'
import { signed } from '../support/signed.ts'
import { addProject, publicKey, type Stack, secretKey, type TestServer } from '../support/stack.ts'

const names = ['secret.jpg', 'été_1.jpg', 'a+b.jpg']

export function signatureSuite(stack: Stack): void {
  let server: TestServer
  let client: DeliveryClient
  let now = Date.UTC(2026, 5, 1)
  beforeAll(async () => {
    server = await stack.start({}, { now: () => now })
    client = deliveryClient(server)
    const file = await photo(80, 60)
    for (const name of names) await client.upload(name, file, { isPrivateFile: 'true', folder: '/in side' })
    await client.upload('a.jpg', file, { isPrivateFile: 'true' })
    await client.upload('open.jpg', file)
  })
  afterAll(() => server.stop())

  const status = async (path: string) => (await client.get(path)).status
  const below = (url: string) => {
    expect(url.startsWith(`${server.url}/default/`)).toBe(true)
    return url.slice(`${server.url}/default/`.length)
  }

  describe('client v6', () => {
    const six = (urlEndpoint: string) => new ImageKit6({ publicKey, privateKey: secretKey, urlEndpoint })
    const folder = '/in_side'
    const transformation = [{ width: '40', height: '20' }, { rotation: '90' }]

    it.each([
      ['query form, whose colon and comma it encodes', 'query', ''],
      ['path form', 'path', ''],
      ['"an endpoint ending in /"', 'query', '/'],
      ['the same in path form', 'path', '/'],
    ] as const)('%s', async (_name, transformationPosition, end) => {
      const kit = six(`${server.url}/default${end}`)
      for (const name of ['secret.jpg', 'été_1.jpg', 'a_b.jpg']) {
        const path = `${folder}/${name}`
        const plain = below(kit.url({ path, transformation, transformationPosition }))
        expect(await status(plain), plain).toBe(401)
        const url = below(kit.url({ path, transformation, transformationPosition, signed: true }))
        expect(await status(url), url).toBe(200)
        const more = { expireSeconds: 300, queryParameters: { v: '1 2', updatedAt: 'x&y' } }
        const clockAhead = below(kit.url({ path, transformation, transformationPosition, signed: true, ...more }))
        expect(clockAhead).toMatch(/ik-t=\d+&ik-s=[0-9a-f]{40}$/)
        expect(await status(clockAhead), clockAhead).toBe(200)
      }
    })
    it('by src', async () => {
      const src = `${server.url}/default/in_side/secret.jpg?x=1`
      const url = six(`${server.url}/default`).url({ src, transformation: [{ width: '40' }], signed: true })
      expect(await status(below(url))).toBe(200)
    })
  })

  describe('client v7', () => {
    const seven = new ImageKit7({ privateKey: secretKey })
    it.each([
      ['query', ''],
      ['path', ''],
      ['query', '/'],
      ['path', '/'],
    ] as const)('%s form, endpoint ending in "%s"', async (transformationPosition, end) => {
      for (const name of ['secret.jpg', 'été_1.jpg']) {
        const url = seven.helper.buildSrc({
          urlEndpoint: `${server.url}/default${end}`,
          src: `/in_side/${name}`,
          transformation: [{ width: 40, height: 20 }, { rotation: 90 }],
          transformationPosition,
          expiresIn: 300,
          queryParameters: { v: '1 2' },
          signed: true,
        })
        expect(await status(below(url)), url).toBe(200)
      }
    })
  })

  describe('by hand', () => {
    const accepted: [string, string][] = [
      ['never expires', signed('a.jpg')],
      ['transformation raw', signed('a.jpg?tr=w-40:w-20')],
      ['transformation encoded', signed('a.jpg?tr=w-40%3Aw-20')],
      ['upper-case escapes', signed('%61.jpg')],
      ['"drop the pairs wherever they stand": first', `a.jpg?${signed('a.jpg?v=1').split('&')[1]}&v=1`],
      ['"strip exactly one slash, keep the second"', signed('/a.jpg?tr=w-40', { rest: '/a.jpg?tr=w-40' })],
      ['"retry once with the canonical form"', signed('%61.jpg', { rest: 'a.jpg' })],
      ['in the last second', signed('a.jpg', { expires: Math.floor(now / 1000) })],
      ['hex in capitals', signed('a.jpg').replace(/ik-s=(.*)/, (_, hex) => `ik-s=${hex.toUpperCase()}`)],
      ['"omitted when never", or not', signed('a.jpg', { expires: '9999999999' })],
      ['a public file', signed('open.jpg?tr=w-40')],
    ]
    it.each(accepted)('accepted: %s', async (_name, path) => expect(await status(path), path).toBe(200))

    const refused: [string, string][] = [
      ['no signature', 'a.jpg'],
      ['an empty one', 'a.jpg?ik-s='],
      ['of another path', signed('b.jpg').replace('b.jpg', 'a.jpg')],
      ['of another transformation', signed('a.jpg?tr=w-40').replace('w-40', 'w-41')],
      ['a parameter added', `${signed('a.jpg')}&v=2`],
      ['of another key', signed('a.jpg', { key: 'another' })],
      ['a second slash that was not signed', `/${signed('a.jpg')}`],
      ['expired', signed('a.jpg', { expires: Math.floor(now / 1000) - 1 })],
      ['expiry changed', signed('a.jpg', { expires: 2_000_000_000 }).replace('2000000000', '2000000001')],
      ['expiry taken away', signed('a.jpg', { expires: 2_000_000_000 }).replace(/ik-t=\d+&/, '')],
      ['expiry that is no number', signed('a.jpg', { expires: 'x' })],
      // The message is rest + expiry: what was signed must not be read with the border elsewhere.
      [
        'digits moved from the URL into the expiry',
        signed('a.jpg?v=12', { expires: 1_700_000_000 }).replace('v=12', 'v=1').replace('ik-t=', 'ik-t=2'),
      ],
      ['expiry below zero', signed('a.jpg', { expires: '-1' })],
      ['expiry only', 'a.jpg?ik-t=9999999999'],
      ['cut short', signed('a.jpg').slice(0, -1)],
      ['wrong, though the file is public', 'open.jpg?ik-s=0123'],
      ['expired, though the file is public', signed('open.jpg', { expires: 1 })],
    ]
    it.each(refused)('"401, Unauthorized": %s', async (_name, path) => {
      const { status: code, text } = await client.get(path)
      expect({ path, code, text }).toEqual({ path, code: 401, text: 'Unauthorized\n' })
    })
  })

  it('"Any of the account\'s active private keys may match", until it expires or is disabled', async () => {
    const { composed } = server
    const second = await composed.store.tx((tx) =>
      composed.keys.createPair(tx, { project: 'default', label: 'second' }),
    )
    const path = signed('a.jpg', { key: second.secretKey })
    expect(await status(path)).toBe(200)
    await composed.store.tx((tx) => tx.keys.update(second.key.id, { expires: now + 1000 }))
    expect(await status(path)).toBe(200)
    now += 2000
    expect(await status(path)).toBe(401)
    await composed.store.tx((tx) => tx.keys.update(second.key.id, { expires: null, status: 'disabled' }))
    expect(await status(path)).toBe(401)
    const stranger = await addProject(server, 'stranger')
    expect(await status(signed('a.jpg', { key: stranger.secretKey }))).toBe(401)
  })

  it('a restricted key that may not read files signs none', async () => {
    const { composed } = server
    const scopes = { uploads: 'write' } as const
    const made = await composed.store.tx((tx) =>
      composed.keys.createPair(tx, { project: 'default', label: 'uploads', scopes }),
    )
    expect(await status(signed('a.jpg', { key: made.secretKey }))).toBe(401)
  })

  it('below the prefix of an endpoint, the prefix is not signed', async () => {
    const body = { description: 'Pictures', urlPrefix: 'pics' }
    const made = await libraryClient(server).call('POST', '/v1/accounts/url-endpoints', { json: body })
    expect(made.status).toBe(201)
    expect(await status(signed('pics/a.jpg?tr=w-40', { rest: 'a.jpg?tr=w-40' }))).toBe(200)
    expect(await status(signed('pics/a.jpg?tr=w-40'))).toBe(401)
    // A folder that is called like it: the signature of another file does not open it.
    await client.upload('b.jpg', await photo(40, 30), { folder: '/pics', isPrivateFile: 'true' })
    expect(await status(signed('pics/b.jpg'))).toBe(200)
    expect(await status(signed('pics/b.jpg', { rest: 'b.jpg' }))).toBe(401)
  })
}
