/** Signs GET requests to S3 and stores that speak like it: AWS Signature Version 4, in headers. */
import { createHash, createHmac } from 'node:crypto'

export interface S3Access {
  accessKey: string
  secretKey: string
  region: string
}

/** SHA-256 of no body. */
const emptyHash = createHash('sha256').digest('hex')

/**
 * @param url as it will be requested: path already percent-encoded, no query
 * @param more headers that are sent and signed, by lower-case name
 * @returns headers to send besides Host
 */
export function signGet(
  url: URL,
  { accessKey, secretKey, region }: S3Access,
  now: number,
  more: Record<string, string> = {},
): Record<string, string> {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const day = time.slice(0, 8)
  const headers = { host: url.host, 'x-amz-content-sha256': emptyHash, 'x-amz-date': time, ...more }
  const sorted = Object.entries(headers).sort(([left], [right]) => (left < right ? -1 : 1))
  const names = sorted.map(([name]) => name).join(';')
  const lines = sorted.map(([name, value]) => `${name}:${value.trim()}\n`).join('')
  const canonical = ['GET', url.pathname, url.search.slice(1), lines, names, emptyHash].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${secretKey}`,
  )
  const signature = createHmac('sha256', key).update(text).digest('hex')
  const { host: _, ...sent } = headers
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope},SignedHeaders=${names},Signature=${signature}`,
  }
}

/** Percent-encodes a key as the signature wants it: everything but letters, digits and `-._~`, slashes stay. */
export const encodeKey = (key: string) =>
  key
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replaceAll(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/')
