/** Signs the address of an object in Google Cloud Storage: V4, with the key of a service account, in the query. */
import { createHash, createPrivateKey, sign } from 'node:crypto'
import { encodeKey } from './s3-signature.ts'

export interface GcsAccess {
  /** The service account's. */
  clientEmail: string
  /** PEM; the `\n` of a JSON key file may stand for line ends. */
  privateKey: string
}

const host = 'storage.googleapis.com'
const lifeSeconds = 300

/** @returns undefined: the key is no private key in PEM */
export function signedObject(
  { bucket, key }: { bucket: string; key: string },
  { clientEmail, privateKey }: GcsAccess,
  now: number,
): string | undefined {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const scope = `${time.slice(0, 8)}/auto/storage/goog4_request`
  const query = [
    ['X-Goog-Algorithm', 'GOOG4-RSA-SHA256'],
    ['X-Goog-Credential', `${clientEmail}/${scope}`],
    ['X-Goog-Date', time],
    ['X-Goog-Expires', String(lifeSeconds)],
    ['X-Goog-SignedHeaders', 'host'],
  ]
    .map(([name = '', value = '']) => `${name}=${encodeKey(value).replaceAll('/', '%2F')}`)
    .join('&')
  const path = `/${encodeKey(bucket)}/${encodeKey(key)}`
  const canonical = ['GET', path, query, `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const text = ['GOOG4-RSA-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  try {
    const pem = createPrivateKey(privateKey.replaceAll('\\n', '\n'))
    const signature = sign('RSA-SHA256', Buffer.from(text), pem).toString('hex')
    return `https://${host}${path}?${query}&X-Goog-Signature=${signature}`
  } catch {
    return undefined
  }
}
