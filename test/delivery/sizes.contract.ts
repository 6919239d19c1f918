/** Sizes and crops (image-urls.md sections 3 and 12). */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliveryClient } from '../support/delivery-client.ts'
import { photo } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function sizeSuite(stack: Stack): void {
  let server: TestServer
  beforeAll(async () => {
    server = await stack.start()
    await deliveryClient(server).upload('photo.jpg', await photo(400, 300))
  })
  afterAll(() => server.stop())

  // "w-200 -> 200 x round(200H/W)"
  test('one side given, the other follows', async () => {
    const { picture } = await deliveryClient(server).see('tr:w-200/photo.jpg')
    expect(picture).toMatchObject({ width: 200, height: 150 })
  })
}
