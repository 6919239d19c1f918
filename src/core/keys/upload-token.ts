/** Uploads from browsers by token (media-library-api.md section 2.3): a JWT that names every field of one of them. */
import { createHash, createHmac } from 'node:crypto'
import { DomainError, invalid } from '../errors.ts'
import { equalInConstantTime } from './equal.ts'

export interface UploadToken {
  /** `kid`. */
  publicKey: string
  /** What the form must hold, as texts, besides file and token. */
  fields: Map<string, string>
  /** Epoch milliseconds. */
  expires: number
  /** Tells tokens apart however their text is spelt. */
  id: string
  signed: string
  signature: string
}

const maxLifeSeconds = 3600
/** Clocks of clients may be ahead this far. */
const skewSeconds = 300
const maxLength = 64 * 1024

/** Reads a token without believing it. @throws DomainError invalid (param `token`) */
export function readUploadToken(text: string): UploadToken {
  const [header = '', payload = '', signature = '', ...rest] = text.trim().split('.')
  if (text.length > maxLength || rest.length > 0 || signature === '') throw invalidToken()
  const { alg, typ = 'JWT', kid, crit } = decode(header)
  const isJwt = typeof typ === 'string' && typ.toUpperCase() === 'JWT'
  if (alg !== 'HS256' || !isJwt || crit !== undefined) throw invalidToken('It must be a JWT signed with HS256.')
  if (typeof kid !== 'string' || kid === '') throw invalidToken('Its header must name the public key as kid.')
  const { iat, exp, ...claims } = decode(payload)
  if (!isSeconds(iat) || !isSeconds(exp) || exp - iat > maxLifeSeconds || exp <= iat) {
    throw invalidToken('It must have iat and exp in seconds, exp at most 3600 after iat.')
  }
  const signed = `${header}.${payload}`
  return {
    publicKey: kid,
    fields: new Map(Object.entries(claims).map(([name, value]) => [name, asField(value)])),
    expires: exp * 1000,
    id: createHash('sha256').update(signed).digest('hex'),
    signed,
    signature,
  }
}

/** @throws DomainError invalid (param `token`): not signed with the secret, or its time is over or has not come */
export function checkUploadToken({ signed, signature, expires }: UploadToken, secret: string, now: number): void {
  const expected = createHmac('sha256', secret).update(signed).digest('base64url')
  if (!equalInConstantTime(signature, expected)) throw invalidToken()
  if (expires <= now) throw invalid('token', 'Your request contains expired token.')
  if (expires > now + (maxLifeSeconds + skewSeconds) * 1000) throw invalidToken('It is issued in the future.')
}

/**
 * "must match exactly, name by name and value by value"
 * @param fields of the form, without file and token
 * @throws DomainError invalid, naming the first field that differs
 */
export function checkTokenFields(token: UploadToken, fields: Readonly<Record<string, unknown>>): void {
  const names = new Set([...token.fields.keys(), ...Object.keys(fields)])
  for (const name of names) {
    const [signed, given] = [token.fields.get(name), Object.hasOwn(fields, name) ? asField(fields[name]) : undefined]
    if (signed === given) continue
    const how =
      given === undefined ? 'is missing in the form' : signed === undefined ? 'is not in the token' : 'differs'
    throw new DomainError(
      'invalid',
      `The payload of the token does not match the fields of the form: ${name.slice(0, 80)} ${how}.`,
      { param: 'token' },
    )
  }
}

const asField = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))

const isSeconds = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // Below.
  }
  throw invalidToken()
}

const invalidToken = (why = 'Sign it with HS256 and the private key of its kid.') =>
  invalid('token', `Your request contains invalid token. ${why}`)
