import { createHash, generateKeyPairSync, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { signedObject } from './gcs-signature.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const access = { clientEmail: 'reader@project.iam.gserviceaccount.com', privateKey }
const now = Date.UTC(2026, 4, 31, 22, 15, 9)

test('the signature is over the address without it, as the documentation of V4 signing writes it down', () => {
  const url = new URL(signedObject({ bucket: 'photos', key: 'a b/ü.jpg' }, access, now) ?? '')
  expect(url.pathname).toBe('/photos/a%20b/%C3%BC.jpg')
  expect([...url.searchParams.keys()]).toEqual([
    'X-Goog-Algorithm',
    'X-Goog-Credential',
    'X-Goog-Date',
    'X-Goog-Expires',
    'X-Goog-SignedHeaders',
    'X-Goog-Signature',
  ])
  const [query = '', signature = ''] = url.search.slice(1).split('&X-Goog-Signature=')
  const canonical = `GET\n/photos/a%20b/%C3%BC.jpg\n${query}\nhost:storage.googleapis.com\n\nhost\nUNSIGNED-PAYLOAD`
  const hash = createHash('sha256').update(canonical).digest('hex')
  const text = `GOOG4-RSA-SHA256\n20260531T221509Z\n20260531/auto/storage/goog4_request\n${hash}`
  expect(verify('RSA-SHA256', Buffer.from(text), publicKey, Buffer.from(signature, 'hex'))).toBe(true)
  expect(url.searchParams.get('X-Goog-Credential')).toBe(`${access.clientEmail}/20260531/auto/storage/goog4_request`)
})

test('a key as it stands in a JSON file works, something else does not', () => {
  const escaped = { ...access, privateKey: privateKey.replaceAll('\n', '\\n') }
  const asked = { bucket: 'b', key: 'k' }
  expect(signedObject(asked, escaped, now)).toBe(signedObject(asked, access, now))
  expect(signedObject(asked, { ...access, privateKey: 'x' }, now)).toBeUndefined()
})
