/** What to ask an origin for a file: URL and headers, by type of origin (media-library-api.md section 12); for Akeneo see akeneo.ts. */

import { signedObject } from './gcs-signature.ts'
import type { Origin } from './records.ts'
import { encodeKey, signGet } from './s3-signature.ts'
import type { OriginType } from './schema.ts'

export interface OriginRequestTo {
  url: string
  headers: Record<string, string>
  /** The Host header, where it is not the URL's. */
  host?: string
}

export interface Asked {
  /** Below the endpoint, decoded, with a slash at its beginning. */
  path: string
  /** A whole URL instead: for web proxies. */
  remote?: string
  now: number
  /** Of the bucket, when it is known to be another than the usual one. */
  region?: string
  /** The host that image URLs have here, where it is configured. */
  publicHost?: string | undefined
}

/** Where a store without a region of its own is signed for. */
export const usualRegion = 'us-east-1'

/** @returns undefined: this origin has no file of that kind; a text: it cannot be asked, and why */
export function requestTo(
  { type, settings }: Pick<Origin, 'settings'> & { type: Exclude<OriginType, 'AKENEO_PIM'> },
  secrets: Record<string, string>,
  { path, remote, now, region = usualRegion, publicHost }: Asked,
): OriginRequestTo | string | undefined {
  if (type === 'WEB_PROXY') return remote === undefined ? undefined : { url: remote, headers: {} }
  if (remote !== undefined) return undefined
  const text = (name: string) => String(settings[name] ?? '')
  const key = [text('prefix').replaceAll(/^\/+|\/+$/g, ''), path.slice(1)].filter((part) => part !== '').join('/')
  const signed = (address: string) => {
    const url = new URL(address)
    const { accessKey = '', secretKey = '' } = secrets
    return { url: url.href, headers: signGet(url, { accessKey, secretKey, region }, now) }
  }
  switch (type) {
    case 'WEB_FOLDER': {
      const forwards = settings.forwardHostHeaderToOrigin === true && publicHost !== undefined
      const url = `${text('baseUrl')}/${encodeKey(path.slice(1))}`
      return { url, headers: {}, ...(forwards ? { host: publicHost } : {}) }
    }
    case 'S3':
    case 'CLOUDINARY_BACKUP': {
      if (settings.useIAMRole === true) return 'roles of a cloud are not known here; give the origin an access key'
      return signed(bucketUrl(`https://s3.${region}.amazonaws.com`, text('bucket'), /\./.test(text('bucket')), key))
    }
    case 'S3_COMPATIBLE':
      return signed(bucketUrl(text('endpoint'), text('bucket'), settings.s3ForcePathStyle === true, key))
    case 'AZURE_BLOB': {
      const { sasToken = '' } = secrets
      const account = `https://${text('accountName')}.blob.core.windows.net`
      return { url: `${account}/${text('container')}/${encodeKey(key)}?${sasToken.replace(/^\?/, '')}`, headers: {} }
    }
    case 'GCS': {
      const access = { clientEmail: text('clientEmail'), privateKey: secrets.privateKey ?? '' }
      const url = signedObject({ bucket: text('bucket'), key }, access, now)
      return url === undefined ? 'its privateKey is no private key in PEM' : { url, headers: {} }
    }
  }
}

function bucketUrl(endpoint: string, bucket: string, inPath: boolean, key: string): string {
  const url = new URL(endpoint)
  const base = url.pathname.replace(/\/+$/, '')
  if (inPath) return `${url.origin}${base}/${encodeKey(bucket)}/${encodeKey(key)}`
  return `${url.protocol}//${bucket}.${url.host}${base}/${encodeKey(key)}`
}

/** "header `Is-Private-File: true` or S3 metadata `isprivatefile`" (image-urls.md section 10). */
export const isMarkedPrivate = (headers: Readonly<Record<string, string>>) =>
  [
    headers['is-private-file'],
    headers['x-amz-meta-isprivatefile'],
    headers['x-ms-meta-isprivatefile'],
    headers['x-goog-meta-isprivatefile'],
  ].some((value) => value?.trim().toLowerCase() === 'true')
