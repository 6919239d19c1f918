/**
 * image-urls.md section 11: "serve the truth at once"; renditions are made once, kept and found fast. `?tr` and path forms
 * are the same here; how answers are given a second time shows in the metrics.
 */
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reconcileBlobs } from '../../src/core/blobs/reconcile.ts'
import { addEndpoint } from '../../src/core/webhooks/endpoints.ts'
import { type DeliveryClient, deliveryClient } from '../support/delivery-client.ts'
import { deliveryAnswers } from '../support/delivery-metrics.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { photo, solid } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'

interface Raw {
  status: number
  /** Names and values in turn, as they came. */
  headers: string[]
  bytes: Buffer
}

export function renditionSuite(stack: Stack): void {
  let server: TestServer
  let client: DeliveryClient
  let library: LibraryClient
  let origin: Origin

  beforeAll(async () => {
    origin = await startOrigin((_request, response) => response.writeHead(204).end())
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1' })
    client = deliveryClient(server)
    library = libraryClient(server)
  })
  afterAll(async () => {
    await server.stop()
    await origin.stop()
  })

  const answers = () => deliveryAnswers(server)
  const kept = () => server.composed.store.read.renditions
  /** Waits until what was made so far is written. */
  const settled = () => server.composed.keeper.settled()
  const upload = async (name: string, file: Buffer, fields = {}) =>
    String((await client.upload(name, file, fields)).fileId)

  function raw(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Raw> {
    const { hostname, port } = new URL(server.url)
    return new Promise((resolve, reject) => {
      request({ hostname, port, method, path: `/default/${path}`, headers }, (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.once('end', () => {
          const of = response.rawHeaders
          const pairs = of.flatMap((name, at) => (at % 2 === 0 ? [[name, of[at + 1] ?? '']] : []))
          const shown = pairs.map(([name = '', value = '']) => {
            if (name === 'X-Request-Id') return `${name}: ${/^[0-9a-f]{32}$/.test(value) ? 'an id' : value}`
            return name === 'Date' ? name : `${name}: ${value}`
          })
          resolve({ status: response.statusCode ?? 0, headers: shown, bytes: Buffer.concat(pieces) })
        })
      })
        .once('error', reject)
        .end()
    })
  }

  test('16 who ask for a picture that is not there have it made exactly once', async () => {
    await upload('many.jpg', await photo(900, 700))
    const before = await answers()
    const shown = await Promise.all(Array.from({ length: 16 }, () => client.see('tr:w-300/many.jpg')))
    for (const { bytes } of shown) expect(bytes.equals(shown[0]?.bytes ?? Buffer.alloc(0))).toBe(true)
    const after = await answers()
    expect((after.miss ?? 0) - (before.miss ?? 0)).toBe(1)
  })

  test('who leaves cancels it for nobody else', async () => {
    await upload('left.jpg', await photo(2000, 1500))
    const leaves = new AbortController()
    const leaving = fetch(`${server.url}/default/tr:w-500/left.jpg`, { signal: leaves.signal }).catch(() => 'left')
    await sleep(5)
    const staying = client.see('tr:w-500/left.jpg')
    leaves.abort()
    expect(await leaving).toBe('left')
    expect((await staying).picture.width).toBe(500)
  })

  test('answers from memory are those of the usual way to the byte: GET, HEAD, 304', async () => {
    await upload('alike.jpg', await photo(640, 480))
    const path = 'tr:w-200/alike.jpg'
    const accept = { accept: 'image/avif,image/webp,*/*' }
    const head = await raw(path, accept, 'HEAD')
    const whole = await raw(path, accept)
    const etag = whole.headers.find((line) => line.startsWith('etag: '))?.slice(6) ?? ''
    const since = { ...accept, 'if-none-match': etag }
    const unchanged = await raw(path, since)
    const before = (await answers()).url ?? 0
    expect(await raw(path, accept)).toEqual(whole)
    expect(await raw(path, accept, 'HEAD')).toEqual(head)
    expect(await raw(path, since)).toEqual(unchanged)
    expect(await raw(path, since, 'HEAD')).toEqual(unchanged)
    expect(((await answers()).url ?? 0) - before).toBe(4)
    expect(unchanged.status).toBe(304)
    expect(whole.headers).toEqual(expect.arrayContaining(['X-Request-Id: an id', 'vary: Accept']))
    // Another Accept, a range and other conditions go the usual way, and are right.
    expect((await client.get(path)).headers['content-type']).toBe('image/jpeg')
    expect((await client.get(path, { ...accept, range: 'bytes=0-9' })).bytes).toEqual(whole.bytes.subarray(0, 10))
    expect((await client.get(path, { ...accept, 'if-none-match': '"other"' })).status).toBe(200)
    expect((await client.get(path, { ...accept, 'if-none-match': `W/${etag}, "b"` })).status).toBe(304)
  })

  test('the truth at once: after overwriting, unpublishing, renaming, moving, a change of settings, deleting', async () => {
    const fileId = await upload('truth.png', await solid(40, 30, [220, 30, 30]))
    const path = 'tr:w-20/truth.png'
    /** Twice: looked up, and from memory. */
    const see = async () => {
      const [first, second] = [await client.get(path), await client.get(path)]
      expect(second.status).toBe(first.status)
      expect(second.bytes.equals(first.bytes)).toBe(true)
      return second
    }
    const red = await see()
    await upload('truth.png', await solid(40, 30, [30, 60, 220]))
    const blue = await see()
    expect(blue.bytes.equals(red.bytes)).toBe(false)
    const publish = (isPublished: boolean) =>
      library.call('PATCH', `/v1/files/${fileId}/details`, { json: { publish: { isPublished } } })
    await publish(false)
    expect((await see()).status).toBe(404)
    await publish(true)
    expect((await see()).status).toBe(200)
    await library.call('PUT', '/v1/files/rename', { json: { filePath: '/truth.png', newFileName: 'other.png' } })
    expect((await see()).status).toBe(404)
    await library.call('PUT', '/v1/files/rename', { json: { filePath: '/other.png', newFileName: 'truth.png' } })
    expect((await see()).status).toBe(200)

    const { store } = server.composed
    const project = await store.read.projects.find('default')
    const restrict = (restrictUnsigned: boolean) =>
      store.tx(async (tx) => {
        if (project === undefined) throw new Error('no project')
        const delivery = { ...project.settings.delivery, restrictUnsigned }
        await tx.projects.update('default', { settings: { ...project.settings, delivery } })
      })
    await restrict(true)
    expect((await see()).status).toBe(401)
    await restrict(false)
    expect((await see()).status).toBe(200)
    await library.call('POST', '/v1/files/move', { json: { sourceFilePath: '/truth.png', destinationPath: '/deep/' } })
    expect((await see()).status).toBe(404)
    const moved = async () => (await client.get('tr:w-20/deep/truth.png')).status
    expect([await moved(), await moved()]).toEqual([200, 200])
    await library.call('DELETE', `/v1/files/${fileId}`)
    expect([await moved(), await moved()]).toEqual([404, 404])
  })

  test('what another process changed is seen within a second', async () => {
    await upload('second.png', await solid(40, 30, [220, 30, 30]))
    const status = async () => (await client.get('tr:w-21/second.png')).status
    expect([await status(), await status()]).toEqual([200, 200])
    // Nobody is told: as if it happened elsewhere.
    const before = (await answers()).url ?? 0
    expect(await status()).toBe(200)
    expect(((await answers()).url ?? 0) - before).toBe(1)
    await sleep(1050)
    expect(await status()).toBe(200)
    expect(((await answers()).url ?? 0) - before).toBe(1)
  })

  test('renditions are kept, found again, and made again when they are lost or damaged', async () => {
    const { store, blobs } = server.composed
    const fileId = await upload('kept.png', await photo(300, 200, 'png'))
    const shown = await client.see('tr:w-100/kept.png')
    await settled()
    const source = (await store.read.assets.find('default', fileId))?.blob ?? ''
    const key = (shown.headers.etag ?? '').replaceAll('"', '')
    const row = await kept().find('default', key)
    expect(row).toMatchObject({ source, size: shown.bytes.length, width: 100 })
    expect(await kept().find('elsewhere', key)).toBeUndefined()

    const forget = () => server.composed.renditions.forget('default', new Set([source]))
    const before = await answers()
    forget()
    expect((await client.get('tr:w-100/kept.png?v=1')).bytes.equals(shown.bytes)).toBe(true)
    expect(((await answers()).store ?? 0) - (before.store ?? 0)).toBe(1)

    // Bytes of the same length that are others.
    const { Readable } = await import('node:stream')
    await blobs.delete(row?.blob ?? '')
    await blobs.put(row?.blob ?? '', Readable.from([Buffer.alloc(shown.bytes.length, 7)]))
    forget()
    expect((await client.get('tr:w-100/kept.png?v=2')).bytes.equals(shown.bytes)).toBe(true)
    await settled()
    await blobs.delete((await kept().find('default', key))?.blob ?? '')
    forget()
    expect((await client.get('tr:w-100/kept.png?v=3')).bytes.equals(shown.bytes)).toBe(true)
    await settled()

    // Reconciliation takes them for what they are.
    const late = { now: () => Date.now() + 2 * 3_600_000 }
    const found = await reconcileBlobs({ store, blobs, clock: late }, true)
    expect(found).toMatchObject({ orphans: [], missing: [] })
  })

  test('"POST /v1/files/purge": one file, and everything whose path begins so', async () => {
    await upload('p-one.png', await photo(60, 40, 'png'), { folder: '/purged/deep' })
    await upload('p-two.png', await photo(60, 40, 'png'), { folder: '/purged/deep' })
    await upload('q.png', await photo(60, 40, 'png'), { folder: '/purged' })
    const all = ['deep/p-one.png', 'deep/p-two.png', 'q.png']
    const keys = new Map<string, string>()
    for (const name of all) {
      const shown = await client.see(`tr:w-30/purged/${name}`)
      keys.set(name, (shown.headers.etag ?? '').replaceAll('"', ''))
    }
    await settled()
    const left = async () => {
      const rows = await Promise.all(all.map((name) => kept().find('default', keys.get(name) ?? '')))
      return all.filter((_name, at) => rows[at] !== undefined)
    }
    expect(await left()).toEqual(all)
    const purge = async (path: string) => {
      const { json } = await library.call('POST', '/v1/files/purge', { json: { url: `${server.url}/default/${path}` } })
      const status = async () => (await library.call('GET', `/v1/files/purge/${json.requestId}`)).json.status
      await expect.poll(status, { timeout: 10_000 }).toBe('Completed')
    }
    await purge('purged/tr:w-30/deep/p-one.png')
    expect(await left()).toEqual(['deep/p-two.png', 'q.png'])
    await purge('purged/deep/p-*')
    expect(await left()).toEqual(['q.png'])
    await purge('purged/q.png*')
    expect(await left()).toEqual([])
    const before = (await answers()).miss ?? 0
    expect((await client.get('tr:w-30/purged/q.png')).status).toBe(200)
    expect(((await answers()).miss ?? 0) - before).toBe(1)
  })

  test('"transformation.post": the picture is made ahead, and the webhooks are told', async () => {
    await addEndpoint(server.composed, 'default', { url: origin.url })
    const fields = { transformation: JSON.stringify({ post: [{ type: 'transformation', value: 'w-111' }] }) }
    const uploaded = await client.upload('ahead.jpg', await photo(400, 300), fields)
    const event = await origin.wait(({ body }) => body.includes('upload.post-transform.success'))
    const url = `${server.url}/default/tr:w-111/ahead.jpg`
    expect(JSON.parse(event.body.toString())).toMatchObject({
      data: { fileId: uploaded.fileId, url, name: 'ahead.jpg' },
      request: { x_request_id: expect.any(String), transformation: { type: 'transformation', value: 'w-111' } },
    })
    const before = (await answers()).miss ?? 0
    for (const accept of ['image/avif,image/webp,*/*', '*/*']) {
      expect((await fetch(url, { headers: { accept } })).status).toBe(200)
    }
    expect(((await answers()).miss ?? 0) - before).toBe(0)

    const wrong = { transformation: JSON.stringify({ post: [{ type: 'transformation', value: 'n-nobody' }] }) }
    await client.upload('wrong.jpg', await photo(40, 30), wrong)
    const told = await origin.wait(({ body }) => body.includes('upload.post-transform.error'))
    expect(JSON.parse(told.body.toString())).toMatchObject({
      data: { name: 'wrong.jpg', path: '/wrong.jpg', transformation: { error: { reason: expect.any(String) } } },
    })
  })

  test('the cap holds: those unused for longest go first', async () => {
    const small = await stack.start({ DELIVERY_CACHE_BYTES: '40000', DELIVERY_MEMORY_BYTES: '0' })
    try {
      const own = deliveryClient(small)
      await own.upload('cap.jpg', await photo(500, 400))
      const { store, keeper } = small.composed
      const sizes: number[] = []
      for (let width = 150; width < 170; width += 1) {
        sizes.push((await own.see(`tr:w-${width}/cap.jpg`)).bytes.length)
        if (width % 5 === 0) await keeper.settled()
      }
      await keeper.settled()
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(40_000)
      const total = await store.read.renditions.total()
      expect(total).toBeGreaterThan(0)
      expect(total).toBeLessThanOrEqual(40_000)
      expect((await own.see('tr:w-150/cap.jpg')).picture.width).toBe(150)
    } finally {
      await small.stop()
    }
  })
}
