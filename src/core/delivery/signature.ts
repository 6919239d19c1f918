/** Signatures of image URLs (image-urls.md section 9): HMAC-SHA1 over the bytes of the request target. */
import { createHmac } from 'node:crypto'
import { equalInConstantTime } from '../keys/equal.ts'
import type { Target } from './target.ts'

/** What is signed in the place of an expiry. */
const never = '9999999999'

export type SignatureState =
  /** No `ik-s`. */
  | { state: 'none' }
  /** `until`: epoch milliseconds; absent: for ever. */
  | { state: 'valid'; until?: number }
  | { state: 'invalid' }
  | { state: 'expired' }

/**
 * @param prefix how many segments after the project belong to the URL endpoint
 * @param secrets private keys of the project, any of which may have signed
 */
export function checkUrlSignature(
  target: Pick<Target, 'raw' | 'signature' | 'expires'>,
  prefix: number,
  secrets: readonly string[],
  now: number,
): SignatureState {
  const { signature, expires } = target
  if (signature === undefined) return { state: 'none' }
  const signed = signedPart(target, prefix)
  const texts = [signed, canonical(signed)].flatMap((text) => text ?? []).map((text) => text + (expires ?? never))
  // All of them, whichever it is.
  const fits = secrets
    .flatMap((secret) => texts.map((text) => createHmac('sha1', secret).update(text).digest('hex')))
    .filter((expected) => equalInConstantTime(signature.toLowerCase(), expected))
  if (fits.length === 0) return { state: 'invalid' }
  if (expires === undefined) return { state: 'valid' }
  // Exactly ten digits, as `never` and every time from 2001 to 2286 have: digits at the end of the signed URL could
  // otherwise be read as the beginning of a later expiry, and an old signature would live for ever.
  const until = /^\d{10}$/.test(expires) ? Number(expires) * 1000 : 0
  // "Then check `ik-t` >= now", in whole seconds.
  if (until < Math.floor(now / 1000) * 1000) return { state: 'expired' }
  return expires === never ? { state: 'valid' } : { state: 'valid', until }
}

/** The URL without the endpoint and exactly one slash, and without `ik-s` and `ik-t` wherever they stand. */
export function signedPart({ raw }: Pick<Target, 'raw'>, prefix: number): string {
  const query = raw.query.split('&').filter((pair) => pair !== '' && !/^ik-[st](=|$)/.test(pair))
  const below = raw.path.replace(new RegExp(`^/+[^/]*${'/+[^/]+'.repeat(prefix)}`), '').replace(/^\//, '')
  return query.length === 0 ? below : `${below}?${query.join('&')}`
}

/** As the signer's URL library leaves it, where somebody on the way encoded it otherwise. */
function canonical(text: string): string | undefined {
  try {
    const other = encodeURI(decodeURI(text))
    return other === text ? undefined : other
  } catch {
    return undefined
  }
}
