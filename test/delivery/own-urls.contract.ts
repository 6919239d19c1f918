/** Image URLs of this server where another API takes a URL: read in-process, under their own access rules. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeliveryClient, deliveryClient } from '../support/delivery-client.ts'
import { libraryClient } from '../support/library-client.ts'
import { photo, quarters } from '../support/pictures.ts'
import { signed } from '../support/signed.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'

export function ownUrlSuite(stack: Stack): void {
  let server: TestServer
  let client: DeliveryClient
  let tasks: TasksClient
  let picture: Buffer
  beforeAll(async () => {
    // No private address is fetched: an own one needs no request.
    server = await stack.start({ PUBLIC_URL: 'https://images.example', DELIVERY_URL: 'https://media.example' })
    client = deliveryClient(server)
    tasks = await TasksClient.of(server)
    picture = await photo(400, 300)
    await client.upload('open.jpg', picture)
    await client.upload('secret.jpg', picture, { isPrivateFile: 'true' })
    await client.upload('draft.jpg', picture, { isPublished: 'false' })
    const other = await addProject(server, 'other')
    await deliveryClient(server, { project: 'other', privateKey: other.secretKey }).upload(
      'theirs.png',
      await quarters(40, 20),
    )
  })
  afterAll(() => server.stop())

  const bases = () => [server.url, 'https://images.example', 'http://media.example']
  const task = async (url: string) => {
    const id = await tasks.start('resizeimage')
    const { status, json } = await tasks.call('POST', '/v1/upload', { json: { task: id, cloud_file: url } })
    return { status, json, told: status === 200 ? json : json.error.message }
  }
  const upload = (url: string) => libraryClient(server).upload({ file: url, fileName: 'copy.jpg' })

  it('are files of tasks, with their transformation', async () => {
    for (const base of bases()) {
      expect(await task(`${base}/default/open.jpg?tr=w-200`)).toMatchObject({
        status: 200,
        json: { width: 200, height: 150, filename: 'open.jpg' },
      })
    }
    const original = await task(`${server.url}/default/tr:orig-true/open.jpg`)
    expect(original.json.filesize).toBe(picture.length)
  })

  it('are files of the library', async () => {
    const { status, json } = await upload(`${server.url}/default/open.jpg?tr=w-100`)
    expect([status, json.width, json.height]).toEqual([200, 100, 75])
  })

  it('of another project when everybody may see them', async () => {
    expect((await task(`${server.url}/other/theirs.png`)).status).toBe(200)
  })

  describe('under their own access rules', () => {
    it('a private file needs its signature', async () => {
      const url = `${server.url}/default/secret.jpg`
      expect(await task(url)).toMatchObject({ status: 400, told: expect.stringMatching(/this server.*sign the URL/) })
      expect((await upload(url)).status).toBe(400)
      expect((await task(`${server.url}/default/${signed('secret.jpg?tr=w-50')}`)).json.width).toBe(50)
    })
    it('a draft, nothing at all, a bad transformation', async () => {
      for (const path of ['default/draft.jpg', 'default/nothing.jpg', 'nobody/x.jpg', 'default/open.jpg?tr=zz-1']) {
        expect(await task(`${server.url}/${path}`), path).toMatchObject({
          status: 400,
          told: expect.stringContaining('this server'),
        })
      }
    })
  })

  it('other paths of this server stay refused', async () => {
    for (const path of ['', 'v1/info', 'livez', 'metrics', 'docs', '%76%31/info', 'default/../livez', 'api/v1/files']) {
      for (const base of bases()) {
        expect(await task(`${base}/${path}`), path).toMatchObject({ status: 400, told: expect.any(String) })
        expect((await upload(`${base}/${path}`)).status, path).toBe(400)
      }
    }
    expect((await task(`ftp://${server.authority}/default/open.jpg`)).status).toBe(400)
  })
}
