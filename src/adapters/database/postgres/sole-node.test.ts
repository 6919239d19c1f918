import { afterAll, beforeAll, expect, it } from 'vitest'
import { claimSoleNode } from './sole-node.ts'
import { startTestPostgres, type TestPostgres } from './test-server.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterAll(() => postgres.stop())

it('refuses a second node with a local disk until the first is gone', async () => {
  const url = await postgres.url()
  const first = await claimSoleNode(url)
  await expect(claimSoleNode(url)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('IMAGESTEAD_S3_'),
  })
  await first.release()
  const second = await claimSoleNode(url)
  await second.release()
})
