/**
 * Tokens of the Tasks API (tasks-api.md section 2.1): JWT HS256 by the project's secret key, `jti` = public key. One HMAC
 * in place, because it is paid by every request: a library goes through Web Crypto, that is the thread pool, twice.
 */
import { createHmac } from 'node:crypto'
import { DomainError } from '../../core/errors.ts'
import { equalInConstantTime } from '../../core/keys/equal.ts'
import { fileKeyRule, isFileKeyText } from '../../core/keys/file-key.ts'

/** Longest life counted from `iat`: the documented 2 h and PHP's 5,400 s of back-dating. */
const maxAgeSeconds = 12_600
/** How far `iat` and `nbf` may lie ahead. */
const skewSeconds = 5400
const expiryLeewaySeconds = 60

export interface TokenClaims {
  publicKey: string
  /** Present when the caller wants its files encrypted (section 11). */
  encryptionKey: string | undefined
}

/** Public key named in a token whose signature is not checked yet; undefined when it is no token. */
export function publicKeyOf(token: string): string | undefined {
  const jti = decode(token.split('.')[1])?.jti
  return typeof jti === 'string' && jti !== '' ? jti : undefined
}

/** The object in one part of a token; undefined when it holds none. */
function decode(part: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** @throws DomainError `unauthenticated`, saying whether the signature or the time is wrong; `invalid` for a bad encryption key */
export function verifyToken(token: string, secret: string, now: number): TokenClaims {
  const [header, payload, signature, ...rest] = token.split('.')
  const claims = decode(payload)
  const signed = equalInConstantTime(signature ?? '', sign(`${header}.${payload}`, secret))
  const { alg, crit } = decode(header) ?? {}
  // An extension that must be understood (RFC 7515, 4.1.11) is not: there are none here.
  if (!signed || claims === undefined || alg !== 'HS256' || crit !== undefined || rest.length > 0) {
    throw refused('The token is not signed (HS256) with the secret key of its project.')
  }
  checkTimes(claims, now / 1000)
  const publicKey = String(claims.jti)
  const { file_encryption_key: encryptionKey } = claims
  if (encryptionKey === undefined || encryptionKey === null) return { publicKey, encryptionKey: undefined }
  if (isFileKeyText(encryptionKey)) return { publicKey, encryptionKey }
  throw new DomainError('invalid', `The claim file_encryption_key ${fileKeyRule}.`, { param: 'file_encryption_key' })
}

function checkTimes(claims: Record<string, unknown>, now: number): void {
  const iat = seconds(claims.iat, 'iat')
  const nbf = seconds(claims.nbf, 'nbf')
  const exp = seconds(claims.exp, 'exp')
  if ((iat ?? 0) > now + skewSeconds)
    throw refused(`The token's iat lies more than ${skewSeconds} s ahead; check the clock.`)
  if ((nbf ?? 0) > now + skewSeconds)
    throw refused(`The token's nbf lies more than ${skewSeconds} s ahead; check the clock.`)
  if (iat === undefined && exp === undefined) throw refused('The token has neither exp nor iat; sign one with both.')
  if (iat === undefined && exp !== undefined && exp > now + maxAgeSeconds) {
    throw refused(`The token has no iat and an exp more than ${maxAgeSeconds} s ahead; add iat or shorten exp.`)
  }
  const end = Math.min(
    exp === undefined ? Infinity : exp + expiryLeewaySeconds,
    iat === undefined ? Infinity : iat + maxAgeSeconds,
  )
  if (now > end) throw refused('The token has expired; make a new one.')
}

/** A time claim as clients really send it: integer, float, numeric string, ISO date string. */
function seconds(claim: unknown, name: string): number | undefined {
  if (claim === undefined || claim === null) return undefined
  if (typeof claim === 'number' && Number.isFinite(claim)) return claim
  if (typeof claim === 'string' && claim.trim() !== '') {
    const value = Number.isFinite(Number(claim)) ? Number(claim) : Date.parse(claim) / 1000
    if (Number.isFinite(value)) return value
  }
  throw refused(`The token's ${name} is no time.`)
}

const refused = (message: string) => new DomainError('unauthenticated', message, { param: 'Authorization' })

/** A token as `/v1/auth` gives it: valid for two hours. */
export function issueToken(publicKey: string, secret: string, issuer: string, now: number): string {
  const iat = Math.floor(now / 1000)
  const header = encode({ alg: 'HS256', typ: 'JWT' })
  const payload = encode({ iss: issuer, aud: '', iat, nbf: iat, exp: iat + 7200, jti: publicKey })
  return `${header}.${payload}.${sign(`${header}.${payload}`, secret)}`
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
const sign = (text: string, secret: string) => createHmac('sha256', secret).update(text).digest('base64url')
