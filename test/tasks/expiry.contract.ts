/** Section 8.7: two hours after processing, or after the last activity of what was never processed, all is gone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { red, solid } from '../support/pictures.ts'
import { type Stack, secretKey, type TestServer } from '../support/stack.ts'
import { signToken, TasksClient } from '../support/tasks-client.ts'

const hour = 3_600_000
/** Bytes stay this long after the last reference, for downloads in progress. */
const grace = 11 * 60_000

export function expirySuite(stack: Stack): void {
  let server: TestServer
  let picture: Buffer
  let ahead = 0
  const now = () => Date.now() + ahead

  beforeAll(async () => {
    picture = await solid(8, 8, red)
    server = await stack.start({}, { now })
  })
  afterAll(() => server.stop())

  async function by(): Promise<TasksClient> {
    const iat = Math.floor(now() / 1000)
    return new TasksClient(server, await signToken({ iat, exp: iat + 3600 }))
  }
  async function blobs(): Promise<number> {
    let count = 0
    for await (const _ of server.composed.blobs.list('')) count += 1
    return count
  }
  /** Waits until the sweep, and after it the purge, have done what is due. */
  async function swept(count: number): Promise<void> {
    const { store } = server.composed
    const patience = { timeout: 30_000, interval: 100 }
    await expect.poll(async () => (await store.read.tasks.expired(now(), 10)).length, patience).toBe(0)
    ahead += grace
    await expect.poll(blobs, patience).toBe(count)
  }

  describe('8.7 "Files and task deleted 2 h after processing … Unprocessed uploads expire too (2 h after last activity)"', () => {
    it('from the first moment on, in every answer, and then the bytes', async () => {
      const client = await by()
      const done = await client.run('rotateimage', picture, 'a.png')
      const waiting = await client.start('rotateimage')
      const { server_filename: name } = (await client.upload(waiting, picture, 'a.png')).json
      const assembling = await client.start('rotateimage')
      await client.upload(assembling, picture, 'part.png', { chunk: '0', chunks: '3' })
      const empty = await client.start('rotateimage')
      const gone = await client.start('rotateimage')
      await client.call('DELETE', `/v1/task/${gone}`)

      ahead = 2 * hour - 60_000
      const lastMinute = await by()
      for (const task of [done.task, waiting, assembling, empty])
        expect((await lastMinute.call('GET', `/v1/task/${task}`)).status).toBe(200)
      expect((await lastMinute.download(done.task)).status).toBe(200)

      // The sweep may or may not have been there: the answers are the same.
      ahead = 2 * hour + 1000
      const late = await by()
      const asDeleted = async (ask: (task: string) => Promise<{ status: number; json: unknown }>, task: string) => {
        const [expired, deleted] = [await ask(task), await ask(gone)]
        expect(expired.status).toBeGreaterThanOrEqual(400)
        expect([expired.status, expired.json]).toEqual([deleted.status, deleted.json])
      }
      for (const task of [done.task, waiting, assembling, empty]) {
        await asDeleted((id) => late.call('GET', `/v1/task/${id}`), task)
        await asDeleted((id) => late.download(id), task)
        await asDeleted((id) => late.upload(id, picture, 'b.png'), task)
        await asDeleted((id) => late.upload(id, picture, 'part.png', { chunk: '1', chunks: '3' }), task)
        await asDeleted((id) => late.process(id, 'rotateimage', [{ server_filename: name }]), task)
        await asDeleted((id) => late.call('POST', '/v1/task/next', { json: { task: id, tool: 'crop' } }), task)
        await asDeleted((id) => late.call('DELETE', `/v1/upload/${id}/${name}`), task)
        await asDeleted((id) => late.call('DELETE', `/v1/task/${id}`), task)
      }
      const listed = await late.call('POST', '/v1/task', { json: { secret_key: secretKey } })
      expect(listed.json).toEqual([])
      await swept(0)
    })

    it('a connected child keeps the shared files, in both directions', async () => {
      const start = ahead
      const parent = await (await by()).run('rotateimage', picture, 'a.png')
      ahead = start + hour
      const next = { json: { task: parent.task, tool: 'rotate' } }
      const child = (await (await by()).call('POST', '/v1/task/next', next)).json
      const [name = ''] = Object.keys(child.files)
      ahead = start + 2 * hour + 60_000
      // The parent's input goes, its output is the child's upload.
      await swept(1)
      const client = await by()
      expect((await client.call('GET', `/v1/task/${parent.task}`)).status).toBe(404)
      expect((await client.process(child.task, 'rotateimage', [{ server_filename: name }])).status).toBe(200)
      expect((await client.download(child.task)).status).toBe(200)
      ahead += 2 * hour + 60_000
      await swept(0)
    })

    it('every upload, chunk and process request begins the two hours anew', async () => {
      const start = ahead
      const [uploading, chunking] = [await (await by()).start('rotate'), await (await by()).start('rotate')]
      for (const [count, chunk] of ['0', '1', '2'].entries()) {
        ahead = start + count * 1.5 * hour
        const client = await by()
        expect((await client.upload(uploading, picture, `${count}.png`)).status).toBe(200)
        expect((await client.upload(chunking, picture, 'part.png', { chunk, chunks: '4' })).status).toBe(200)
      }
      ahead = start + 4.5 * hour
      const { files } = (await (await by()).call('GET', `/v1/task/${uploading}`)).json
      expect(files).toHaveLength(3)
      expect((await (await by()).process(uploading, 'rotateimage', files)).status).toBe(200)
      ahead = start + 6.4 * hour
      expect((await (await by()).download(uploading)).status).toBe(200)
      expect((await (await by()).call('GET', `/v1/task/${chunking}`)).status).toBe(404)
      ahead = start + 6.6 * hour
      expect((await (await by()).download(uploading)).status).toBe(400)
      await swept(0)
    })
  })
}
