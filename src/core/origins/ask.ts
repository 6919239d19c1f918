/** One question to an origin: may it give the file, has it changed since? */
import { Readable } from 'node:stream'
import { DomainError } from '../errors.ts'
import type { Sealer } from '../keys/seal.ts'
import type { Clock, Fetched, Fetcher } from '../ports.ts'
import { type AkeneoTokens, akeneoFiles } from './akeneo.ts'
import type { OriginFile } from './files.ts'
import { originSecrets } from './origins.ts'
import type { Origin } from './records.ts'
import { type OriginRequestTo, requestTo } from './request.ts'

export interface AskDeps {
  fetcher: Fetcher
  sealer: Sealer
  clock: Clock
  akeneo: AkeneoTokens
  isOwnUrl(url: string): boolean
  /** The host that image URLs have here, where it is configured: for origins that want to be asked with it. */
  publicHost: string | undefined
  /** Largest file. */
  maxBytes: number
  timeoutMs: number
}

export interface OriginQuestion {
  origin: Origin
  /** Decoded, with a slash at its beginning. */
  path: string
  /** A whole URL: for web proxies. */
  remote?: string
  /** What it gave the last time. */
  before: OriginFile | undefined
  signal: AbortSignal
}

export type OriginAnswer = Pick<Fetched, 'status' | 'headers' | 'body'>

/** The answer, whatever its status. @throws DomainError fetch_failed, too_large, not_found */
export async function askOrigin(deps: AskDeps, question: OriginQuestion, region?: string): Promise<OriginAnswer> {
  const { origin, path, remote } = question
  const { type, settings } = origin
  if (type === 'AKENEO_PIM') return remote === undefined ? askAkeneo(deps, question) : nothing()
  const asked = { path, ...(remote && { remote }), now: deps.clock.now(), publicHost: deps.publicHost }
  const secrets = originSecrets(deps, origin)
  const request = requestTo({ type, settings }, secrets, { ...asked, ...(region && { region }) })
  if (request === undefined) return nothing()
  if (typeof request === 'string') {
    throw new DomainError('not_found', `The origin "${origin.name}" cannot be asked: ${request}.`, {
      extra: { 'ik-error': 'EACCES' },
    })
  }
  const answer = await send(deps, question, request)
  const elsewhere = answer.headers['x-amz-bucket-region']
  const isBucket = 'authorization' in request.headers
  const wrongRegion = isBucket && region === undefined && elsewhere !== undefined && /^[a-z0-9-]+$/.test(elsewhere)
  if (!wrongRegion || ![301, 307, 400].includes(answer.status)) return answer
  letGo(answer)
  return askOrigin(deps, question, elsewhere)
}

/** A token that was known may have been withdrawn: then once more with a new one. */
async function askAkeneo(deps: AskDeps, question: OriginQuestion, again = false): Promise<OriginAnswer> {
  const { origin, path, signal } = question
  const token = await deps.akeneo.of(origin, originSecrets(deps, origin), signal)
  const headers = { authorization: `Bearer ${token}` }
  const [ofProduct = '', ofAsset = ''] = akeneoFiles(String(origin.settings.baseUrl), path)
  const first = await send(deps, question, { url: ofProduct, headers })
  if (first.status === 401 && !again) {
    letGo(first)
    deps.akeneo.forget(origin)
    return askAkeneo(deps, question, true)
  }
  if (first.status !== 404) return first
  letGo(first)
  return send(deps, question, { url: ofAsset, headers })
}

/** @throws DomainError not_found: the address is this server's */
async function send(
  deps: AskDeps,
  { origin, before, signal }: OriginQuestion,
  { url, headers, host }: OriginRequestTo,
): Promise<OriginAnswer> {
  if (deps.isOwnUrl(url)) throw ownAddress(origin)
  const answer = await deps.fetcher.fetch(url, {
    headers: {
      ...headers,
      ...(before?.etag == null ? {} : { 'if-none-match': before.etag }),
      ...(before?.lastModified == null ? {} : { 'if-modified-since': before.lastModified }),
    },
    ...(host === undefined ? {} : { host }),
    maxBytes: deps.maxBytes,
    timeoutMs: deps.timeoutMs,
    // A bucket says where it is in a header, not in a Location, and credentials go nowhere else.
    ...('authorization' in headers ? { redirects: 0 } : {}),
    signal,
  })
  if (!deps.isOwnUrl(answer.url)) return answer
  letGo(answer)
  throw ownAddress(origin)
}

const nothing = (): OriginAnswer => ({ status: 404, headers: {}, body: Readable.from([]) })

const letGo = ({ body }: OriginAnswer) => void body.on('error', () => undefined).destroy()

const ownAddress = ({ name }: Origin) =>
  new DomainError('not_found', `The origin "${name}" leads to this server itself; files of the library need no origin.`)
