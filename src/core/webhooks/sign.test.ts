import { expect, it } from 'vitest'
import { signatureHeaders } from './sign.ts'

const signed = { id: 'msg_1', timestamp: 1_700_000_000, body: '{"test":2432232314,"ü":1}' }

it('signs id, time and body with the raw bytes of the secret', () => {
  // printf 'msg_1.1700000000.{"test":2432232314,"ü":1}' | openssl dgst -sha256 -hmac whsec_abc -binary | base64
  expect(signatureHeaders(['whsec_abc'], signed)).toEqual({
    'webhook-id': 'msg_1',
    'webhook-timestamp': '1700000000',
    'webhook-signature': 'v1,3hUZlurmFXN2t7TN1g+TBpakjVjY5MsWAnPJ4/ForvA=',
  })
})

it('gives one signature per secret, in their order', () => {
  const [both, one, two] = [['a', 'b'], ['a'], ['b']].map(
    (secrets) => signatureHeaders(secrets, signed)['webhook-signature'],
  )
  expect(both).toBe(`${one} ${two}`)
})
