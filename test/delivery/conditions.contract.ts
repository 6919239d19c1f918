/** Conditions and expressions (image-urls.md sections 6, 7 and 12). */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliveryClient } from '../support/delivery-client.ts'
import { animation, blue, photo, red } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function conditionSuite(stack: Stack): void {
  let server: TestServer
  beforeAll(async () => {
    server = await stack.start()
    const client = deliveryClient(server)
    await client.upload('wide.jpg', await photo(400, 300))
    await client.upload('tall.jpg', await photo(300, 400))
    await client.upload('moving.gif', await animation(20, 10, [red, blue]))
  })
  afterAll(() => server.stop())

  // "`if-ar_gt_1,w-200,if-else,w-300,if-end` -> 200 for landscape, 300 for portrait"
  test('a condition takes one of its branches', async () => {
    const client = deliveryClient(server)
    for (const [name, width] of [
      ['wide.jpg', 200],
      ['tall.jpg', 300],
    ] as const) {
      const { picture } = await client.see(`tr:if-ar_gt_1,w-200,if-else,w-300,if-end/${name}`)
      expect(picture.width).toBe(width)
    }
  })

  // "`w-iw_div_2` -> W/2"
  test('expressions know the original and the step before', async () => {
    const client = deliveryClient(server)
    expect((await client.see('tr:w-iw_div_2/wide.jpg')).picture).toMatchObject({ width: 200, height: 150 })
    const later = await client.see('tr:w-100:w-cw_div_2,h-ih_div_10/wide.jpg')
    expect(later.picture).toMatchObject({ width: 50, height: 30 })
  })

  // "Not for GIF."
  test('conditions on a GIF are refused', async () => {
    const { status, text } = await deliveryClient(server).get('tr:if-w_gt_1,w-5,if-end/moving.gif')
    expect(status).toBe(400)
    expect(text).toMatch(/GIF/)
  })

  // "a box leaving the image is an error (400)"
  test('an extract that leaves the picture is refused', async () => {
    const { status, text } = await deliveryClient(server).get('tr:w-200,h-200,cm-extract,xc-10,yc-10/wide.jpg')
    expect(status).toBe(400)
    expect(text).toMatch(/leaves the picture/)
  })
}
