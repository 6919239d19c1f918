import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDisk } from '../adapters/blobs/disk-read.ts'
import { outgoing } from './stored-bytes.ts'

const files = Array.from({ length: 4 }, (_, index) => randomBytes(5_000_000 + index * 777_777))
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

let folder: string
let app: FastifyInstance
let port: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-stored-'))
  await Promise.all(files.map((bytes, index) => writeFile(join(folder, String(index)), bytes)))
  app = fastify()
  app.get('/:index', async (request, reply) =>
    reply.send(outgoing(await readDisk(join(folder, String((request.params as { index: string }).index)), undefined))),
  )
  app.get('/broken', async (_request, reply) => {
    const stream = await readDisk(join(folder, '0'), undefined)
    stream.once('data', () => setImmediate(() => stream.destroy(new Error('the disk is gone'))))
    return reply.send(outgoing(stream))
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  port = (app.server.address() as AddressInfo).port
})
afterAll(async () => {
  await app.close()
  await rm(folder, { recursive: true, force: true })
})

async function ask(path: string): Promise<IncomingMessage> {
  const [response] = await once(get({ host: '127.0.0.1', port, path, agent: false }), 'response')
  return response
}

async function read(response: IncomingMessage, pauseMs = 0): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) {
    chunks.push(chunk as Buffer)
    if (pauseMs > 0 && chunks.length % 10 === 0) await sleep(pauseMs)
  }
  return Buffer.concat(chunks)
}

describe('outgoing', () => {
  it('many at once, to slow and fast readers: everyone gets the bytes of the own file', async () => {
    const asked = Array.from({ length: 24 }, (_, index) => index)
    const got = await Promise.all(
      asked.map(async (index) => sha(await read(await ask(`/${index % files.length}`), index % 3))),
    )
    expect(got).toEqual(asked.map((index) => sha(files[index % files.length] as Buffer)))
  })

  it('readers that go away in the middle leave nothing behind that the next one would see', async () => {
    for (let index = 0; index < 8; index += 1) {
      const response = await ask(`/${index % files.length}`)
      await once(response, 'data')
      response.destroy()
    }
    const got = await Promise.all(files.map(async (_, index) => sha(await read(await ask(`/${index}`)))))
    expect(got).toEqual(files.map(sha))
  })

  it('a stream that fails breaks the answer off', async () => {
    await expect(ask('/broken').then((response) => read(response))).rejects.toThrow(/aborted|hang up|terminated/)
  })
})
