/**
 * Who uploads (media-library-api.md sections 2.1 to 2.3): the holder of the private key, or a browser with what that one
 * signed. The signed fields may come before the file or after it; what comes before is checked before.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Caller } from '../../core/caller.ts'
import { DomainError, invalid } from '../../core/errors.ts'
import { checkSignature } from '../../core/keys/client-signature.ts'
import type { KeyOfProject } from '../../core/keys/records.ts'
import { requireScope } from '../../core/keys/scopes.ts'
import { checkTokenFields, checkUploadToken, readUploadToken } from '../../core/keys/upload-token.ts'
import { signalOf } from '../../http/signal.ts'
import { acceptPair, identify, originOf } from './auth.ts'
import type { LibraryApi, OpenContext } from './endpoint.ts'
import { parse, text } from './fields.ts'

export const uploadScope = { group: 'uploads', level: 'write' } as const

type Fields = Record<string, unknown>

/** How one endpoint knows browsers. Each is called with the fields so far, and again with all of them. */
interface Scheme {
  /** Given away by the presence of this field; together with the private key it is refused. */
  mark: string
  /** Undefined: what is needed has not come yet. `burnt`: tokens that this request has used already. */
  check(api: LibraryApi, fields: Fields, burnt: Set<string>): Promise<KeyOfProject | undefined>
  /** What is missing when all fields have come. */
  missing(fields: Fields): DomainError
  /** What only all fields together tell. */
  checkWhole(fields: Fields): void
}

export interface UploadIdentity {
  /** Where the bytes go meanwhile: those of unknown callers to nobody's. */
  project: string
  signal: AbortSignal
  /** Refuses early what can be seen early. @throws as `settle` */
  look(fields: Fields): Promise<void>
  /** @throws DomainError invalid (400 of section 5), forbidden, unauthenticated */
  settle(fields: Fields): Promise<Caller>
}

/** Not the id of a project: bytes are moved to none, their rows say whose they are. */
const incoming = 'incoming'

/** @throws DomainError forbidden when there is a private key that is not acceptable */
export async function openIdentity(context: OpenContext, scheme: Scheme): Promise<UploadIdentity> {
  const { api, request, reply } = context
  if (request.headers.authorization !== undefined) {
    const caller = await identify(api, request, reply)
    requireScope(caller.key, uploadScope)
    const look = async (fields: Fields) => refuseBoth(scheme, fields)
    return {
      project: caller.project.id,
      signal: caller.signal,
      look,
      async settle(fields) {
        await look(fields)
        return caller
      },
    }
  }
  const signal = signalOf(reply)
  const burnt = new Set<string>()
  const check = async (fields: Fields) => {
    const pair = await scheme.check(api, fields, burnt)
    if (pair !== undefined) requireScope(pair.key, uploadScope)
    return pair
  }
  return {
    project: incoming,
    signal,
    async look(fields) {
      await check(fields)
    },
    async settle(fields) {
      const pair = await check(fields)
      if (pair === undefined) throw scheme.missing(fields)
      scheme.checkWhole(fields)
      return { ...pair, requestId: request.id, origin: originOf(request), signal }
    },
  }
}

function refuseBoth({ mark }: Scheme, fields: Fields): void {
  if (given(fields, mark) === undefined) return
  throw invalid(
    mark,
    `Your request contains both a private API key and ${mark}; send the Authorization header or ${mark}, not both.`,
  )
}

const signedSchema = z.object({ publicKey: text(1000), token: text(1000), expire: text(100), signature: text(1000) })

/** Section 2.2. */
export const bySignature: Scheme = {
  mark: 'signature',
  async check(api, fields, burnt) {
    const { publicKey, token, expire, signature } = parse(signedSchema, fields)
    if (publicKey === undefined) return undefined
    const pair = acceptPair(await api.keys.lookUpPair(publicKey), 'public')
    if (token === undefined || expire === undefined || signature === undefined) return undefined
    const { clock } = api.deps
    const expires = checkSignature({ token, expire, signature }, api.keys.secretOf(pair.key), clock.now())
    const id = createHash('sha256').update(token).digest('hex')
    await useToken(api, burnt, { project: pair.project.id, token: `v1:${id}`, expires })
    return pair
  },
  missing(fields) {
    const names = ['publicKey', 'token', 'expire', 'signature']
    const missing = names.filter((name) => given(fields, name) === undefined)
    if (missing.length === names.length) {
      return new DomainError('unauthenticated', 'Your request does not contain private API key.', {
        param: 'Authorization',
      })
    }
    return invalid(missing[0] ?? '', `Your request is missing ${missing[0]} parameter.`)
  },
  checkWhole() {},
}

/** Section 2.3. */
export const byToken: Scheme = {
  mark: 'token',
  async check(api, fields, burnt) {
    const jwt = given(fields, 'token')
    if (typeof jwt !== 'string') return undefined
    const token = readUploadToken(jwt)
    const pair = acceptPair(await api.keys.lookUpPair(token.publicKey), 'public')
    checkUploadToken(token, api.keys.secretOf(pair.key), api.deps.clock.now())
    await useToken(api, burnt, { project: pair.project.id, token: `v2:${token.id}`, expires: token.expires })
    return pair
  },
  missing: () => invalid('token', 'Your request is missing token parameter.'),
  checkWhole({ file: _, token, ...fields }) {
    checkTokenFields(readUploadToken(String(token)), fields)
  },
}

/** "any value already seen is rejected, even when the earlier request failed" */
async function useToken(
  api: LibraryApi,
  burnt: Set<string>,
  used: { project: string; token: string; expires: number },
): Promise<void> {
  if (burnt.has(used.token)) return
  if (!(await api.deps.store.tx((tx) => tx.uploadTokens.use(used)))) {
    throw invalid('token', 'A request with the same token has already been processed.')
  }
  burnt.add(used.token)
}

const given = (fields: Fields, name: string): unknown => {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined
  return value === '' || value === null ? undefined : value
}
