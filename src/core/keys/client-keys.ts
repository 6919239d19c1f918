/**
 * Client-keys (scoring-api.md section 3): one per end user of an account, made up to twenty at a time and shown once. The
 * store holds the public prefix and a hash of the whole; every id is looked up together with its user.
 */
import { randomBytes, randomInt } from 'node:crypto'
import { z } from 'zod'
import { DomainError, invalid } from '../errors.ts'
import { prefixedUlid } from '../ids.ts'
import { needs, onlyMembers, textMember } from '../members.ts'
import type { Clock, Mailer, MetadataStore, Repositories } from '../ports.ts'
import type { User } from '../projects/records.ts'
import { clientKeysMail } from './client-keys-mail.ts'
import { equalInConstantTime } from './equal.ts'
import { hashSecret } from './keys.ts'
import type { Key } from './records.ts'

export interface ClientKey {
  /** `ck_` and a ULID. */
  id: string
  activated: boolean
  name: string
  email: string
}

/** The secret is told here and never again. */
export interface NewClientKey extends ClientKey {
  secret: string
}

/** One item of a creation; its messages follow the member's name. */
export const clientSchema = onlyMembers({
  name: textMember(1, 200),
  // The documentation's table calls it an array, its example a text: both are read.
  email: z.preprocess(
    (given) => (Array.isArray(given) && given.length === 1 ? given[0] : given),
    z
      .string(needs('an email address'))
      .max(254, 'must have at most 254 characters')
      .pipe(z.email('is not an email address')),
  ),
})
export type NewClient = z.output<typeof clientSchema>

export interface ClientKeyPage {
  keys: ClientKey[]
  total: number
}

export interface ClientKeys {
  /**
   * All of them or none, in the order given. `send`: one mail with all of them goes to the account's own address first.
   * @throws DomainError `invalid` (param `clients`, `clients[3].email`, or `send` with extra code `mail_not_configured`),
   * `unavailable` when the mail was not taken; then no key is made
   */
  create(user: User, clients: readonly unknown[], options?: { send?: boolean }): Promise<NewClientKey[]>
  /** The same without a mail, inside a transaction. */
  insert(tx: Repositories, user: User, clients: readonly unknown[]): Promise<NewClientKey[]>
  /** Newest first; pages count from 0. @throws DomainError `invalid` (param `page`, `size`) */
  list(user: User, page: { page: number; size: number }): Promise<ClientKeyPage>
  /** @throws DomainError `not_found`, also for another account's */
  get(user: User, id: string): Promise<ClientKey>
  /** @throws DomainError `not_found`; `invalid` (param `name`, `email`) */
  update(user: User, id: string, patch: ClientKeyPatch): Promise<ClientKey>
  /** For good. @throws DomainError `not_found` */
  delete(user: User, id: string): Promise<void>
  /**
   * The key of this text when the user may use it now; what was switched off elsewhere counts within a second.
   * @throws DomainError `unauthenticated` (unknown or deleted; extra code `client_key_truncated` for a prefix or a cut off
   * text), `forbidden` (switched off, or another account's)
   */
  check(text: string, user: User): Promise<ClientKey>
}

export interface ClientKeyPatch {
  activated?: boolean | undefined
  name?: string | undefined
  email?: string | undefined
}

export interface ClientKeyDeps {
  store: MetadataStore
  clock: Clock
  /** Absent: this server sends no mail. */
  mailer?: Mailer | undefined
}

export const mostClients = 20
export const mostPerPage = 100

const prefixLength = 24
const secretLength = 358
/** Base64url of random bytes; a prefix and a dot come before. */
const randomPart = secretLength - prefixLength - 1
const shape = new RegExp(`^ck_[A-Za-z0-9]{${prefixLength - 3}}\\.[\\w-]{${randomPart}}$`)
/** The beginning of one, or the id beside it. */
const cutShape = /^ck_[A-Za-z0-9]{0,26}(?:\.[\w-]*)?$/
const idShape = /^ck_[0-9A-HJKMNP-TV-Z]{26}$/
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export function createClientKeys({ store, clock, mailer }: ClientKeyDeps): ClientKeys {
  function checkedId(id: string): string {
    if (idShape.test(id)) return id
    throw unknownId()
  }

  async function insert(tx: Repositories, user: User, items: readonly NewClient[], status: Key['status']) {
    const made = newKeys(items, user, clock.now())
    await Promise.all(made.map(({ key }) => tx.keys.insert({ ...key, status })))
    return made.map(({ key, secret }) => ({ ...toClientKey(key), secret }))
  }

  return {
    async create(user, clients, { send = false } = {}) {
      const items = parseClients(clients)
      const recipient = send ? recipientOf(user, mailer) : undefined
      const status = recipient === undefined ? 'active' : 'disabled'
      const made = await store.tx((tx) => insert(tx, user, items, status))
      if (recipient === undefined) return made
      // Kept first and switched on when the mail is out: nobody gets a mail of keys that could not be kept, and what is
      // left of a server that dies in between are keys that do nothing.
      const forEach = <T>(change: (tx: Repositories, id: string) => Promise<T>) =>
        store.tx((tx) => Promise.all(made.map(({ id }) => change(tx, id))))
      try {
        await recipient.mailer.send(clientKeysMail(recipient.address, made))
      } catch (error) {
        await forEach((tx, id) => tx.keys.deleteOfUser(user.id, 'client', id))
        throw error
      }
      await forEach((tx, id) => tx.keys.updateOfUser(user.id, 'client', id, { status: 'active' }))
      return made
    },

    insert: (tx, user, clients) => insert(tx, user, parseClients(clients), 'active'),

    async list(user, { page, size }) {
      if (!Number.isSafeInteger(page) || page < 0 || page > 1_000_000) {
        throw invalid('page', 'page must be a whole number from 0.')
      }
      if (!Number.isSafeInteger(size) || size < 1 || size > mostPerPage) {
        throw invalid('size', `size must be a whole number from 1 to ${mostPerPage}.`)
      }
      const found = await store.read.keys.pageOfUser(user.id, 'client', { offset: page * size, limit: size })
      return { keys: found.keys.map(toClientKey), total: found.total }
    },

    async get(user, id) {
      const key = await store.read.keys.findOfUser(user.id, 'client', checkedId(id))
      if (key === undefined) throw unknownId()
      return toClientKey(key)
    },

    async update(user, id, { activated, name, email }) {
      const patch = {
        ...(activated === undefined ? {} : { status: activated ? ('active' as const) : ('disabled' as const) }),
        ...(name === undefined ? {} : { label: member('name', name) }),
        ...(email === undefined ? {} : { email: member('email', email) }),
      }
      const key = await store.tx((tx) => tx.keys.updateOfUser(user.id, 'client', checkedId(id), patch))
      if (key === undefined) throw unknownId()
      return toClientKey(key)
    },

    async delete(user, id) {
      if (!(await store.tx((tx) => tx.keys.deleteOfUser(user.id, 'client', checkedId(id))))) throw unknownId()
    },

    async check(text, user) {
      if (!shape.test(text)) throw text.length < secretLength && cutShape.test(text) ? cutOff(text) : unknownKey()
      const found = await store.read.keys.findByPublicKey(text.slice(0, prefixLength))
      const isSame = equalInConstantTime(hashSecret(text), found?.key.secretHash ?? '')
      if (found?.key.kind !== 'client' || !isSame) throw unknownKey()
      const { key } = found
      if (key.user !== user.id) throw refused('belongs to another account; use one of the account that signed in')
      if (key.status !== 'active') throw refused('is switched off; switch it on again, or use another one')
      return toClientKey(key)
    },
  }
}

function newKeys(items: readonly NewClient[], user: User, now: number): { key: Key; secret: string }[] {
  // Rising, so that lists keep the order of the call.
  const ids = items.map(() => prefixedUlid('ck', now)).sort()
  return items.map(({ name, email }, index) => {
    const tail = Array.from({ length: prefixLength - 3 }, () => alphabet[randomInt(alphabet.length)]).join('')
    const prefix = `ck_${tail}`
    const secret = `${prefix}.${randomBytes(randomPart).toString('base64url').slice(0, randomPart)}`
    const key: Key = {
      id: ids[index] ?? prefixedUlid('ck', now),
      project: user.project,
      user: user.id,
      kind: 'client',
      label: name,
      email,
      publicKey: prefix,
      secretSealed: null,
      secretHash: hashSecret(secret),
      scopes: null,
      camera: null,
      status: 'active',
      expires: null,
      used: null,
      created: now,
    }
    return { key, secret }
  })
}

function parseClients(clients: readonly unknown[]): NewClient[] {
  if (clients.length < 1 || clients.length > mostClients) {
    throw invalid('clients', `clients must hold 1 to ${mostClients} items.`)
  }
  return clients.map((client, index) => {
    const parsed = clientSchema.safeParse(client)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    const param = [`clients[${index}]`, ...(issue?.path ?? []).map(String)].join('.')
    throw invalid(param, `${param} ${issue?.message ?? 'must be an object'}.`)
  })
}

function member(name: 'name' | 'email', value: unknown): string {
  const parsed = clientSchema.shape[name].safeParse(value)
  if (parsed.success) return parsed.data
  throw invalid(name, `${name} ${parsed.error.issues[0]?.message}.`)
}

function recipientOf(user: User, mailer: Mailer | undefined): { mailer: Mailer; address: string } {
  const why =
    mailer === undefined
      ? 'This server is not set up to send mail'
      : user.email === null
        ? 'The account has no email address; its operator can set one'
        : undefined
  if (mailer !== undefined && user.email !== null) return { mailer, address: user.email }
  throw new DomainError('invalid', `${why}. Leave send out, and keep the secrets of the answer.`, {
    param: 'send',
    extra: { code: 'mail_not_configured' },
  })
}

const toClientKey = ({ id, status, label, email }: Key): ClientKey => ({
  id,
  activated: status === 'active',
  name: label,
  email: email ?? '',
})

const unknownId = () =>
  new DomainError('not_found', 'The account has no client-key with this id; GET /v2.0/client-key lists them.', {
    param: 'id',
  })
const unknownKey = () =>
  new DomainError(
    'unauthenticated',
    'The client-key is unknown or was deleted; use one that POST /v2.0/client-key gave.',
    {
      param: 'client-key',
    },
  )
const cutOff = (text: string) =>
  new DomainError(
    'unauthenticated',
    `The client-key is cut off: it has ${text.length} of ${secretLength} characters. Send the whole secret, not its prefix or its id.`,
    { param: 'client-key', extra: { code: 'client_key_truncated' } },
  )
const refused = (why: string) => new DomainError('forbidden', `The client-key ${why}.`, { param: 'client-key' })
