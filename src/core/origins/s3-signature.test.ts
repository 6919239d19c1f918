import { expect, test } from 'vitest'
import { encodeKey, signGet } from './s3-signature.ts'

// The example that the documentation of AWS works out: "GET Object" with a range.
test('signs the documented example', () => {
  const access = {
    accessKey: 'AKIAIOSFODNN7EXAMPLE',
    secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
  }
  const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt')
  const headers = signGet(url, access, Date.UTC(2013, 4, 24), { range: 'bytes=0-9' })
  expect(headers['x-amz-date']).toBe('20130524T000000Z')
  expect(headers.authorization).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  )
})

test('encodes keys as the signature wants them', () => {
  expect(encodeKey("a b/(ü)*'!~._-/+")).toBe('a%20b/%28%C3%BC%29%2A%27%21~._-/%2B')
})
