/**
 * The signatures of a webhook, both schemes of media-library-api.md section 13: older clients read `x-ik-signature`, newer
 * ones the headers of Standard Webhooks. The key is the raw bytes of the whole secret text, its `whsec_` included.
 */
import { createHmac } from 'node:crypto'

export interface Signed {
  /** The `webhook-id`: the same for every try. */
  id: string
  /** Milliseconds since 1970, of this try. */
  at: number
  body: string
}

/**
 * One signature per secret, the newest first: while one is being replaced, receivers verify by either. Those that read
 * nothing but the first `v1` of `x-ik-signature` need the new secret at once; until then their deliveries are tried again.
 */
export function signatureHeaders(secrets: readonly string[], { id, at, body }: Signed): Record<string, string> {
  const timestamp = Math.floor(at / 1000)
  const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text)
  const sign = (secret: string) => hmac(secret, `${id}.${timestamp}.${body}`).digest('base64')
  const signHex = (secret: string) => hmac(secret, `${at}.${body}`).digest('hex')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': secrets.map((secret) => `v1,${sign(secret)}`).join(' '),
    'x-ik-signature': [`t=${at}`, ...secrets.map((secret) => `v1=${signHex(secret)}`)].join(','),
  }
}
