/**
 * A receiver's check by the text of the Standard Webhooks specification, with WebCrypto and nothing of ours: the secret is
 * base64 behind an optional `whsec_`, the header holds one or more `v1,<base64>`, the time may be five minutes off.
 */
import type { IncomingHttpHeaders } from 'node:http'

const toleranceSeconds = 5 * 60

export class StandardWebhook {
  readonly key: Uint8Array<ArrayBuffer>

  constructor(secret: string) {
    this.key = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (character) => character.charCodeAt(0))
  }

  /** Resolves when one signature fits. @throws Error otherwise */
  async verify(payload: Buffer, headers: IncomingHttpHeaders, nowSeconds = Date.now() / 1000): Promise<void> {
    const id = headers['webhook-id']
    const timestamp = headers['webhook-timestamp']
    const given = headers['webhook-signature']
    if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof given !== 'string') {
      throw new Error('a header is missing')
    }
    if (!/^\d+$/.test(timestamp)) throw new Error('the timestamp is not in seconds')
    if (Math.abs(nowSeconds - Number(timestamp)) > toleranceSeconds) throw new Error('the timestamp is too far off')
    const key = await crypto.subtle.importKey('raw', this.key, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
    const message = new Uint8Array([...new TextEncoder().encode(`${id}.${timestamp}.`), ...payload])
    for (const versioned of given.split(' ')) {
      const [version, signature = ''] = versioned.split(',')
      if (version !== 'v1') continue
      const bytes = Uint8Array.from(atob(signature), (character) => character.charCodeAt(0))
      if (await crypto.subtle.verify('HMAC', key, bytes, message)) return
    }
    throw new Error('no signature fits')
  }
}

/** As the hosted vendor's client does: the verifier gets the whole configured text in base64 (media-library-api.md section 13). */
export const verifierOf = (secret: string) => new StandardWebhook(Buffer.from(secret).toString('base64'))
