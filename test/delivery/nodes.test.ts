/** Two nodes on one PostgreSQL and one S3 store: what one changes the other shows; renditions are shared. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliveryClient } from '../support/delivery-client.ts'
import { deliveryAnswers } from '../support/delivery-metrics.ts'
import { libraryClient } from '../support/library-client.ts'
import { photo, solid } from '../support/pictures.ts'
import { scaleOut, startServer, type TestServer } from '../support/stack.ts'

const stack = scaleOut()
let one: TestServer
let other: TestServer

beforeAll(async () => {
  const settings = await stack.installation()
  one = await startServer(settings)
  // No runner: it listens for changes all the same.
  other = await startServer(settings, undefined, { pollsForJobs: false })
})
afterAll(async () => {
  await Promise.all([one?.stop(), other?.stop()])
  await stack.stop()
})

/** News travel; far less than the second after which everything is looked up again. */
const soon = { timeout: 500, interval: 10 }

test('a rendition that one node made is found by the other', async () => {
  await deliveryClient(one).upload('shared.jpg', await photo(300, 200))
  const made = await deliveryClient(one).see('tr:w-150/shared.jpg')
  await one.composed.keeper.settled()
  const found = await deliveryClient(other).see('tr:w-150/shared.jpg')
  expect(found.bytes.equals(made.bytes)).toBe(true)
  expect(await deliveryAnswers(other)).toMatchObject({ store: 1, miss: 0 })
})

test('what one node overwrites, unpublishes or deletes the other shows no more', async () => {
  const path = 'tr:w-20/news.png'
  const fileId = (await deliveryClient(one).upload('news.png', await solid(40, 30, [220, 30, 30]))).fileId
  const see = () => deliveryClient(other).get(path)
  const red = await see()
  expect((await see()).bytes.equals(red.bytes)).toBe(true)
  await deliveryClient(one).upload('news.png', await solid(40, 30, [30, 60, 220]))
  await expect.poll(async () => (await see()).bytes.equals(red.bytes), soon).toBe(false)
  const library = libraryClient(one)
  const publish = (isPublished: boolean) =>
    library.call('PATCH', `/v1/files/${fileId}/details`, { json: { publish: { isPublished } } })
  await publish(false)
  await expect.poll(async () => (await see()).status, soon).toBe(404)
  await publish(true)
  await expect.poll(async () => (await see()).status, soon).toBe(200)
  await library.call('DELETE', `/v1/files/${fileId}`)
  await expect.poll(async () => (await see()).status, soon).toBe(404)
})

test('a purge on one node empties the memory of the other', async () => {
  await deliveryClient(one).upload('purged.jpg', await photo(300, 200))
  await deliveryClient(other).see('tr:w-40/purged.jpg')
  const held = other.composed.renditions.memory().entries
  expect(held).toBeGreaterThan(0)
  await libraryClient(one).call('POST', '/v1/files/purge', { json: { url: `${one.url}/default/purged.jpg` } })
  await expect.poll(() => other.composed.renditions.memory().entries, { timeout: 10_000 }).toBe(0)
})
