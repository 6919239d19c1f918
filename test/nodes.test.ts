/** Several stateless nodes on one PostgreSQL and one S3 store (design: modes). */
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processTaskKind } from '../src/core/tasks/deps.ts'
import { scaleOut, startServer, type TestServer } from './support/stack.ts'
import { TasksClient } from './support/tasks-client.ts'

const stack = scaleOut()
let nodes: TestServer[]
let picture: Buffer

beforeAll(async () => {
  const settings = await stack.installation()
  // Three nodes start at the same moment on an empty database: migrations and first keys are made once.
  nodes = await Promise.all([0, 1, 2].map((node) => startServer(settings, undefined, { pollsForJobs: node === 2 })))
  picture = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#204080' } })
    .jpeg()
    .toBuffer()
})
afterAll(async () => {
  await Promise.all((nodes ?? []).map((node) => node.stop()))
  await stack.stop()
})

const client = (node: number) => TasksClient.of(nodes[node] as TestServer)

describe('three nodes on one database and bucket', () => {
  it('made exactly one project with one key pair', async () => {
    const { store } = (nodes[0] as TestServer).composed
    expect((await store.read.projects.list()).map(({ id }) => id)).toEqual(['default'])
    expect(await store.read.keys.list('default')).toHaveLength(1)
  })

  it('serve any step of a task', async () => {
    const [first, second, third] = await Promise.all([client(0), client(1), client(2)])
    const task = await first.start('resize')
    const uploaded = await second.upload(task, picture, 'a.jpg')
    const files = [{ server_filename: uploaded.json.server_filename }]
    const processed = await third.process(task, 'resizeimage', files, { pixels_width: 150 })
    expect(processed.status).toBe(200)
    const downloaded = await first.download(task)
    expect(await sharp(downloaded.bytes).metadata()).toMatchObject({ width: 150, height: 100 })
  })

  it('run a synchronous request on a node that looks for no jobs, and leave the others to one that does', async () => {
    const first = await client(0)
    const { processed } = await first.run('rotate', picture, 'a.jpg', {}, { rotate: 90 })
    expect(processed.json.status).toBe('TaskSuccess')

    const task = await first.start('rotate')
    const uploaded = await first.upload(task, picture, 'a.jpg')
    const accepted = await first.process(
      task,
      'rotate',
      [{ server_filename: uploaded.json.server_filename, rotate: 90 }],
      { webhook: '' },
    )
    expect(accepted.json.status).toBe('TaskProcessing')
    await expect
      .poll(async () => (await first.call('GET', `/v1/task/${task}`)).json.status, { timeout: 20_000 })
      .toBe('TaskSuccess')
  })

  it('go on with a task whose node died, from the lease’s end', async () => {
    const first = await client(0)
    const task = await first.start('rotate')
    const uploaded = await first.upload(task, picture, 'a.jpg')
    const { store } = (nodes[0] as TestServer).composed
    // What a node leaves behind that is killed right after it accepted the request: a running job nobody keeps alive.
    await store.tx(async (tx) => {
      const files = [{ serverFilename: uploaded.json.server_filename, filename: 'a.jpg', rotate: 90 as const }]
      const params = {
        files,
        ignoreErrors: true,
        tryRepair: true,
        outputFilename: null,
        packagedFilename: 'output',
        server: 'test',
        tool: { tool: 'rotateimage' as const },
      }
      await tx.tasks.transition(task, ['TaskWaiting'], {
        status: 'TaskProcessing',
        params,
        processStart: Date.now(),
        fileNumber: 1,
      })
      await tx.jobs.enqueue({
        kind: processTaskKind,
        lane: 'interactive',
        project: 'default',
        subject: task,
        claimedBy: { worker: 'dead', leaseMs: 300 },
      })
    })
    await expect
      .poll(async () => (await first.call('GET', `/v1/task/${task}`)).json.status, { timeout: 20_000 })
      .toBe('TaskSuccess')
  })
})
