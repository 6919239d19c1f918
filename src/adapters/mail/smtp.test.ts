/** The mailer against a real mail server in this process. */
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { inspect } from 'node:util'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, expect, it } from 'vitest'
import type { Mailer } from '../../core/ports.ts'
import { createSmtpMailer } from './smtp.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Received {
  from: string
  to: string[]
  text: string
  user: unknown
}

async function mailServer(options: SMTPServerOptions = {}): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    onAuth: ({ username, password }, _session, callback) =>
      password === 'p@ss' ? callback(null, { user: username }) : callback(new Error('wrong password')),
    async onData(stream, session, callback) {
      const chunks: Buffer[] = []
      for await (const chunk of stream) chunks.push(Buffer.from(chunk))
      const { mailFrom, rcptTo } = session.envelope
      received.push({
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
        text: Buffer.concat(chunks).toString(),
        user: session.user,
      })
      callback()
    },
    ...options,
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { port: (server.server.address() as AddressInfo).port, received }
}

const mail = { to: 'ana@example.org', subject: 'Keys für Ana', text: `secret ${'x'.repeat(358)}\n.\nend` }
const open = (url: string, timeoutMs = 5000): Mailer =>
  createSmtpMailer({ url, from: 'Imagestead <images@example.com>', timeoutMs })

it('hands a mail over, under the name and password of the URL', async () => {
  const { port, received } = await mailServer()
  await open(`smtp://shop:p%40ss@127.0.0.1:${port}`).send(mail)
  expect(received).toHaveLength(1)
  const [{ from, to, text, user } = { from: '', to: [], text: '', user: '' }] = received
  expect({ from, to, user }).toEqual({ from: 'images@example.com', to: ['ana@example.org'], user: 'shop' })
  expect(text).toContain('From: Imagestead <images@example.com>')
  expect(text).toMatch(/^Subject: =\?UTF-8\?/m)
  // A long line is folded on its way and whole again when it is read.
  expect(text.replaceAll(/=\r\n/g, '')).toContain('x'.repeat(358))
})

it.each([
  ['a wrong password', 'shop:wrong@', {}],
  [
    'a recipient that is refused',
    '',
    { onRcptTo: (_address, _session, callback) => callback(new Error('no such person')) } satisfies SMTPServerOptions,
  ],
])('%s is told as such a server, and nothing of the mail', async (_name, login, options) => {
  const { port, received } = await mailServer(options)
  const failure = await open(`smtp://${login}127.0.0.1:${port}`)
    .send(mail)
    .catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'unavailable' })
  expect(inspect(failure, { depth: 9 })).not.toMatch(/xxxx|wrong@/)
  expect(received).toEqual([])
})

it('a server that is not there, or says nothing, is given up in time', async () => {
  const silent: Server = createServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  closing.push(async () => void silent.close())
  const { port } = silent.address() as AddressInfo
  const start = Date.now()
  await expect(open(`smtp://127.0.0.1:${port}`, 200).send(mail)).rejects.toMatchObject({ code: 'unavailable' })
  await expect(open('smtp://127.0.0.1:1').send(mail)).rejects.toMatchObject({ code: 'unavailable' })
  expect(Date.now() - start).toBeLessThan(4000)
})

it('a server that stops in the middle is given up in time', async () => {
  const { port } = await mailServer({ onData: () => undefined })
  await expect(open(`smtp://127.0.0.1:${port}`, 400).send(mail)).rejects.toMatchObject({ code: 'unavailable' })
})
