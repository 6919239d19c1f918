/** media-library-api.md section 12: URL endpoints that understand the URLs of other services. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeliveryClient, deliveryClient } from '../support/delivery-client.ts'
import { libraryClient } from '../support/library-client.ts'
import { solid } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function rewriterSuite(stack: Stack): void {
  let server: TestServer
  let client: DeliveryClient

  beforeAll(async () => {
    server = await stack.start()
    client = deliveryClient(server)
    const library = libraryClient(server)
    for (const type of ['CLOUDINARY', 'IMGIX', 'AKAMAI']) {
      const json = { description: type, urlPrefix: type.toLowerCase(), origins: [], urlRewriter: { type } }
      expect((await library.call('POST', '/v1/accounts/url-endpoints', { json })).status).toBe(201)
    }
    await client.upload('moved.png', await solid(60, 40, [200, 30, 30]))
  })
  afterAll(() => server.stop())

  test.each([
    ['cloudinary/image/upload/c_fill,w_20,h_20/v1/moved.png', 20, 20],
    ['cloudinary/image/upload/w_30/a_90/moved.png', 20, 30],
    ['cloudinary/tr:w-10/image/upload/moved.png', 10, 7],
    ['imgix/moved.png?w=30&h=30', 30, 20],
    ['imgix/moved.png?w=30&h=30&fit=crop', 30, 30],
    ['imgix/moved.png?rect=0,0,10,8', 10, 8],
    ['akamai/moved.png?imwidth=30', 30, 20],
    ['akamai/moved.png?im=AspectCrop=(1,1)', 40, 40],
    ['akamai/moved.png?im=Resize,width=30;Rotate=90', 20, 30],
    ['moved.png?w=30&imwidth=20', 60, 40],
  ])('%s is %i x %i', async (path, width, height) => {
    const { picture } = await client.see(path)
    expect([picture.width, picture.height]).toEqual([width, height])
  })
}
