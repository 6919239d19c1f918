/**
 * The signature of a webhook: Standard Webhooks (`v1`, HMAC-SHA256), as in media-library-api.md section 13, scheme 2.
 * The key is the raw bytes of the whole secret text, its `whsec_` included.
 */
import { createHmac } from 'node:crypto'

export interface Signed {
  /** The `webhook-id`: the same for every try. */
  id: string
  /** Seconds since 1970, of this try. */
  timestamp: number
  body: string
}

/** One signature per secret, the newest first: while one is being replaced, receivers verify by either. */
export function signatureHeaders(secrets: readonly string[], { id, timestamp, body }: Signed): Record<string, string> {
  const sign = (secret: string) => createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': secrets.map((secret) => `v1,${sign(secret)}`).join(' '),
  }
}
