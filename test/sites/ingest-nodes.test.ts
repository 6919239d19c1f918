/** Conformance check 7 (site-photos-api.md section 12) over two nodes: "Ten uploads at once of the same bytes: one row." */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { prefixedUlid } from '../../src/core/ids.ts'
import { photo } from '../support/pictures.ts'
import { addInstallation, addPhoto, sitesCaller, sitesClient } from '../support/sites-client.ts'
import { scaleOut, startServer, type TestServer } from '../support/stack.ts'

const stack = scaleOut()
let nodes: [TestServer, TestServer]

beforeAll(async () => {
  const settings = await stack.installation()
  nodes = await Promise.all([startServer(settings), startServer(settings)])
})
afterAll(async () => {
  await Promise.all((nodes ?? []).map((node) => node.stop()))
  await stack.stop()
})

it('ten senders on two nodes make one photo, also of one camera at two installations', async () => {
  const [first, second] = nodes
  const manager = await sitesClient(first)
  const places = [await addInstallation(manager), await addInstallation(manager)]
  const { store, clock } = first.composed
  const now = clock.now()
  const camera = {
    ...{ id: prefixedUlid('cm', now), project: 'default', serial: null, name: 'A', model: null, firmware: null },
    ...{ installation: null, enabled: true, schedule: null, voltageAlertMv: 7600, seen: null, watched: now },
    ...{ due: null, lost: null, created: now, updated: now },
  }
  await store.tx((tx) => tx.cameras.insert(camera))
  const callers = [manager, { call: sitesCaller(second, manager.key) }]
  const bytes = await photo(320, 240, 'jpeg', 11)
  const send = (query: Record<string, string>, placeOf: (at: number) => number) =>
    Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        addPhoto(callers[at % 2] ?? manager, places[placeOf(at)] ?? '', bytes, query),
      ),
    )
  for (const answers of [
    await send({}, () => 0),
    await send({ camera_id: camera.id }, (at) => Math.floor(at / 2) % 2),
  ]) {
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201])
    expect(new Set(answers.map(({ json }) => json.photo.id)).size).toBe(1)
  }
  const { json } = await manager.call('GET', '/v2/photos')
  expect(json.photos).toHaveLength(2)
})
