/** Uploads from browsers by signature (media-library-api.md section 2.2): what a project's own server signed for one of them. */
import { createHmac } from 'node:crypto'
import { invalid } from '../errors.ts'
import { equalInConstantTime } from './equal.ts'

export interface ClientSignature {
  token: string
  /** Unix seconds as digits, exactly as they were signed. */
  expire: string
  signature: string
}

const maxAheadSeconds = 3600

/** @returns when the token expires, epoch milliseconds. @throws DomainError invalid (param `expire`, `signature`) */
export function checkSignature({ token, expire, signature }: ClientSignature, secret: string, now: number): number {
  const seconds = /^\d{1,12}$/.test(expire) ? Number(expire) : Number.NaN
  const expires = seconds * 1000
  // Not a number: neither is true.
  if (!(expires > now && seconds < Math.floor(now / 1000) + maxAheadSeconds)) {
    throw invalid(
      'expire',
      'Your request contains invalid expire parameter. It must be a Unix time in seconds, in the future and less than an hour ahead.',
    )
  }
  const expected = createHmac('sha1', secret).update(`${token}${expire}`).digest('hex')
  if (!equalInConstantTime(signature.toLowerCase(), expected)) {
    throw invalid('signature', 'Your request contains invalid signature.')
  }
  return expires
}
