/** Section 6, rotateimage: a JPEG that is only turned loses nothing. */
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { photo } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'

export function rotateSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient

  beforeAll(async () => {
    server = await stack.start()
    client = await TasksClient.of(server)
  })
  afterAll(() => server.stop())

  async function rotate(bytes: Buffer, degrees: number): Promise<Buffer> {
    const { task } = await client.run('rotateimage', bytes, 'a.jpg', {}, { rotate: degrees })
    return (await client.download(task)).bytes
  }

  describe('6 rotateimage "uses files[].rotate only"', () => {
    it('four quarter turns of a JPEG in whole blocks give the same pixels again', async () => {
      const source = await photo(96, 64)
      let file = source
      for (let turn = 0; turn < 4; turn++) file = await rotate(file, 90)
      const [before, after] = await Promise.all([source, file].map((bytes) => sharp(bytes).raw().toBuffer()))
      expect(after?.equals(before ?? Buffer.alloc(0))).toBe(true)
    })
    it('sides that end within a block are turned all the same, and nothing is cut off', async () => {
      const { width, height } = await sharp(await rotate(await photo(97, 61), 90)).metadata()
      expect([width, height]).toEqual([61, 97])
    })
    it('6 "Honour EXIF orientation": applied without loss, and no tag, thumbnail or size of before is left', async () => {
      const source = await sharp(await photo(96, 64))
        .withMetadata({ orientation: 6 })
        .jpeg({ quality: 90 })
        .toBuffer()
      const file = await rotate(source, 0)
      const { width, height, orientation, exif } = await sharp(file).metadata()
      expect([width, height, orientation, exif]).toEqual([64, 96, undefined, undefined])
      const shown = await sharp(source).autoOrient().raw().toBuffer()
      const made = await sharp(file).raw().toBuffer()
      let most = 0
      for (const [at, value] of made.entries()) most = Math.max(most, Math.abs(value - (shown[at] ?? 0)))
      expect(most).toBeLessThanOrEqual(4)
    })
  })
}
