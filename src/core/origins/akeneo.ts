/**
 * Akeneo PIM (media-library-api.md section 12): files by their code, behind a token that the four credentials give. After
 * Akeneo's REST API: `POST /api/oauth/v1/token`, `GET /api/rest/v1/media-files/{code}/download`, `GET …/asset-media-files/{code}`.
 */
import { text } from 'node:stream/consumers'
import { DomainError } from '../errors.ts'
import type { Clock, Fetcher } from '../ports.ts'
import type { Origin } from './records.ts'
import { encodeKey } from './s3-signature.ts'

export interface AkeneoTokens {
  /** @throws DomainError not_found (with `ik-error` EACCES: the credentials are refused), fetch_failed */
  of(origin: Origin, secrets: Record<string, string>, signal: AbortSignal): Promise<string>
  /** It was refused. */
  forget(origin: Origin): void
}

interface Token {
  /** Of the origin: another one may have other credentials. */
  revision: number
  text: string
  /** Epoch milliseconds. */
  until: number
}

const maxTokenBytes = 64 * 1024
/** A token is not used in its last minute. */
const spareMs = 60_000

/** Where the file of a code may be: a product's, or one of the asset manager. */
export function akeneoFiles(baseUrl: string, path: string): string[] {
  const code = encodeKey(path.slice(1))
  const files = `${baseUrl}/api/rest/v1`
  return [`${files}/media-files/${code}/download`, `${files}/asset-media-files/${code}`]
}

export function createAkeneoTokens(deps: { fetcher: Fetcher; clock: Clock; timeoutMs: number }): AkeneoTokens {
  const known = new Map<string, Token>()
  return {
    async of(origin, secrets, signal) {
      const before = known.get(origin.id)
      if (before?.revision === origin.updated && deps.clock.now() < before.until) return before.text
      const fresh = await newToken(deps, origin, secrets, signal)
      known.set(origin.id, fresh)
      return fresh.text
    },
    forget: ({ id }) => void known.delete(id),
  }
}

async function newToken(
  { fetcher, clock, timeoutMs }: { fetcher: Fetcher; clock: Clock; timeoutMs: number },
  { name, settings, updated }: Origin,
  { clientId, clientSecret, username, password }: Record<string, string>,
  signal: AbortSignal,
): Promise<Token> {
  const answer = await fetcher.fetch(`${settings.baseUrl}/api/oauth/v1/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    },
    body: JSON.stringify({ grant_type: 'password', username, password }),
    maxBytes: maxTokenBytes,
    timeoutMs,
    redirects: 0,
    signal,
  })
  const body = await text(answer.body)
  // 422 is Akeneo's word for credentials that it does not know.
  if ([400, 401, 403, 422].includes(answer.status)) {
    throw new DomainError('not_found', `The origin "${name}" refused its credentials (${answer.status}).`, {
      extra: { 'ik-error': 'EACCES' },
    })
  }
  const given = answer.status === 200 ? readToken(body) : undefined
  if (given === undefined) {
    throw new DomainError('fetch_failed', `The origin "${name}" gave no token (status ${answer.status}).`)
  }
  return { revision: updated, text: given.token, until: clock.now() + given.seconds * 1000 - spareMs }
}

/** Undefined: it is no token's answer. */
function readToken(body: string): { token: string; seconds: number } | undefined {
  try {
    const { access_token: token, expires_in: seconds } = JSON.parse(body)
    return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)
      ? { token, seconds: Number(seconds) || 0 }
      : undefined
  } catch {
    return undefined
  }
}
