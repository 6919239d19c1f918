/** media-library-api.md section 2.2: uploads from browsers by a signature. */
import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, it } from 'vitest'
import { quarters } from '../support/pictures.ts'
import { addProject, publicKey, type Stack, secretKey, type TestServer } from '../support/stack.ts'
import { type FormEntry, orphans, postForm } from '../support/upload-form.ts'

export function uploadSignatureSuite(stack: Stack): void {
  let server: TestServer
  let picture: Buffer
  let now = Date.now()

  beforeAll(async () => {
    server = await stack.start({}, { now: () => now })
    picture = await quarters(8, 6)
  })
  afterAll(() => server.stop())

  interface Signed {
    token?: string
    /** Seconds from now. */
    ahead?: number
    expire?: string
    signature?: string
    publicKey?: string
    secret?: string
  }
  /** Fields in the order in which browser clients send them: after the file. */
  const fields = ({ token = randomUUID(), ahead = 1800, secret = secretKey, ...given }: Signed = {}): FormEntry[] => {
    const expire = given.expire ?? String(Math.floor(now / 1000) + ahead)
    const signature =
      given.signature ??
      createHmac('sha1', secret)
        .update(token + expire)
        .digest('hex')
    return [
      ['publicKey', given.publicKey ?? publicKey],
      ['signature', signature],
      ['expire', expire],
      ['token', token],
    ]
  }
  const file = (): FormEntry[] => [
    ['file', picture],
    ['fileName', 'signed.png'],
  ]
  const post = async (entries: readonly FormEntry[]) => {
    const { status, json } = await postForm(server, entries)
    return status === 200 ? status : `${status} ${json.message}`
  }

  it('uploads into the project of the public key, whatever the order of the fields', async ({ expect }) => {
    expect(await post([...file(), ...fields()])).toBe(200)
    expect(await post([...fields(), ...file()])).toBe(200)
    const pair = await addProject(server, 'browser')
    const answer = await postForm(server, [...file(), ...fields({ publicKey: pair.publicKey, secret: pair.secretKey })])
    expect(answer.json.url).toContain('/browser/signed')
    expect(await server.composed.store.read.assets.find('browser', answer.json.fileId)).toBeDefined()
    expect(await orphans(server)).toEqual([])
  })

  it('"any value already seen is rejected, even when the earlier request failed"', async ({ expect }) => {
    const reused = '400 A request with the same token has already been processed.'
    const once = fields()
    expect(await post([...file(), ...once])).toBe(200)
    expect(await post([...file(), ...once])).toBe(reused)
    expect(await post([...once, ...file()])).toBe(reused)
    const failed = fields()
    expect(await post([['file', picture], ...failed])).toBe('400 Your request is missing fileName parameter.')
    expect(await post([...file(), ...failed])).toBe(reused)
    // Of another project it is another token.
    const pair = await addProject(server, 'same-token')
    const token = once[3]?.[1] as string
    expect(await post([...file(), ...fields({ token, publicKey: pair.publicKey, secret: pair.secretKey })])).toBe(200)
  })

  it('of many requests with one token at once, one succeeds', async ({ expect }) => {
    const entries = [...file(), ...fields()]
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(entries)))
    expect(answers.filter((answer) => answer === 200)).toHaveLength(1)
  })

  it('"must be in the future and less than 3600 s ahead"', async ({ expect }) => {
    expect(await post([...file(), ...fields({ ahead: 3599 })])).toBe(200)
    for (const wrong of [
      { ahead: 0 },
      { ahead: -1 },
      { ahead: 3600 },
      { ahead: 90_000 },
      { expire: 'soon' },
      { expire: '1e9' },
    ])
      expect(await post([...file(), ...fields(wrong)])).toMatch(/^400 Your request contains invalid expire parameter\./)
  })

  it('a wrong signature: 400; an unknown public key: 403; parts missing: 400; nothing: 401', async ({ expect }) => {
    const wrong = '400 Your request contains invalid signature.'
    expect(await post([...file(), ...fields({ signature: '0'.repeat(40) })])).toBe(wrong)
    expect(await post([...file(), ...fields({ signature: 'x' })])).toBe(wrong)
    expect(await post([...file(), ...fields({ secret: 'another' })])).toBe(wrong)
    for (const entries of [
      [...file(), ...fields({ publicKey: 'nobody' })],
      [['publicKey', 'nobody'] as const, ...file()],
    ])
      expect(await post(entries)).toBe('403 Your account cannot be authenticated.')
    for (const name of ['publicKey', 'signature', 'expire', 'token'])
      expect(await post([...file(), ...fields().filter(([field]) => field !== name)])).toBe(
        `400 Your request is missing ${name} parameter.`,
      )
    expect(await post(file())).toBe('401 Your request does not contain private API key.')
    expect(await orphans(server)).toEqual([])
  })

  it('what comes before the file is checked before it', async ({ expect }) => {
    const broken: FormEntry[] = [
      ...fields({ signature: '0'.repeat(40) }),
      ['file', 'not base64, which would be told later'],
    ]
    expect(await post(broken)).toBe('400 Your request contains invalid signature.')
  })

  it('a token is remembered until its time is over', async ({ expect }) => {
    const entries = [...file(), ...fields({ ahead: 60 })]
    expect(await post(entries)).toBe(200)
    now += 59_000
    expect(await post(entries)).toMatch(/same token/)
    now += 1_000
    expect(await post(entries)).toMatch(/invalid expire/)
    const { store } = server.composed
    expect(await store.tx((tx) => tx.uploadTokens.sweep(now + 1))).toBeGreaterThan(0)
    expect(await post(entries)).toMatch(/invalid expire/)
  })
}
