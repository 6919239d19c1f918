import NewClient from '@imagekit/nodejs'
import OldClient from 'imagekit'
import { expect, it } from 'vitest'
import { signatureHeaders } from './sign.ts'

const signed = { id: 'msg_1', at: 1_700_000_000_123, body: '{"test":2432232314,"ü":1}' }

it('signs id, time and body with the raw bytes of the secret', () => {
  // printf 'msg_1.1700000000.{"test":2432232314,"ü":1}' | openssl dgst -sha256 -hmac whsec_abc -binary | base64
  expect(signatureHeaders(['whsec_abc'], signed)).toEqual({
    'webhook-id': 'msg_1',
    'webhook-timestamp': '1700000000',
    'webhook-signature': 'v1,3hUZlurmFXN2t7TN1g+TBpakjVjY5MsWAnPJ4/ForvA=',
    // printf '1700000000123.{"test":2432232314,"ü":1}' | openssl dgst -sha256 -hmac whsec_abc
    'x-ik-signature': 't=1700000000123,v1=1b7fcc3d8426a95d9ed5e25e286bf56ac95c0c48cab4c77469a53df4c3e6f8d1',
  })
})

it('gives one signature per secret, in their order', () => {
  const [both, one, two] = [['a', 'b'], ['a'], ['b']].map(
    (secrets) => signatureHeaders(secrets, signed)['webhook-signature'],
  )
  expect(both).toBe(`${one} ${two}`)
})

it('13 "send both sets of headers so that old and new clients verify": imagekit 6 and @imagekit/nodejs 7 do', () => {
  const secret = 'whsec_0LyW5rPzoSlfUbd0GIQD'
  const body = JSON.stringify({ id: 'wh_1', type: 'file.created', created_at: '2026-01-01T00:00:00.000Z', data: {} })
  const at = Date.now()
  const headers = signatureHeaders([secret, 'whsec_old'], { id: 'wh_1', at, body })
  const old = new OldClient({ publicKey: 'p', privateKey: 's', urlEndpoint: 'http://localhost/x' })
  const verified = old.verifyWebhookEvent(body, headers['x-ik-signature'] ?? '', secret)
  expect(verified).toEqual({ timestamp: at, event: JSON.parse(body) })
  expect(() => old.verifyWebhookEvent(`${body} `, headers['x-ik-signature'] ?? '', secret)).toThrow(/signature/i)

  const current = new NewClient({ privateKey: 's', webhookSecret: secret })
  expect(current.webhooks.unwrap(body, { headers })).toEqual(JSON.parse(body))
  expect(current.webhooks.unwrap(body, { headers, key: 'whsec_old' })).toEqual(JSON.parse(body))
  expect(() => current.webhooks.unwrap(`${body} `, { headers })).toThrow(/signature/i)
})
