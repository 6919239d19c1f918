/** Section 6 `repairimage` and 5.1 `try_image_repair`: damaged files come back as far as their data goes, and the answer says so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { look, photo, quarters } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'

export function repairSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient

  beforeAll(async () => {
    server = await stack.start()
    client = await TasksClient.of(server)
  })
  afterAll(() => server.stop())

  const fileOf = async (task: string) => (await client.call('GET', `/v1/task/${task}`)).json.files[0]

  describe('6 repairimage', () => {
    it('a torn JPEG: the rows that are there, in its format and sides, and a sentence that says so', async () => {
      const whole = await photo(320, 240)
      const torn = whole.subarray(0, Math.floor(whole.length * 0.6))
      const { task, processed } = await client.run('repair', torn, 'torn.jpg')
      expect(processed.json).toMatchObject({
        status: 'TaskSuccess',
        output_extensions: ['jpg'],
        download_filename: 'torn.jpg',
        warnings: [],
        files: [
          { filename: 'torn.jpg', message: expect.stringMatching(/^The end of the file was missing\. \d\d % of/) },
        ],
      })
      expect(await fileOf(task)).toMatchObject({
        status: 'FileSuccess',
        message: processed.json.files[0].message,
      })
      const saved = await look((await client.download(task)).bytes)
      const original = await look(whole)
      expect([saved.format, saved.width, saved.height]).toEqual(['jpeg', 320, 240])
      for (const [x, y] of [
        [10, 10],
        [200, 60],
        [310, 110],
      ] as const)
        expect(saved.at(x, y)).toEqual(original.at(x, y))
    })
    it('a PNG behind junk, with a wrong checksum and without its end: the same pixels', async () => {
      const whole = await quarters(80, 60)
      const damaged = Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), whole.subarray(0, whole.length - 12)])
      damaged[damaged.length - 2] = (damaged[damaged.length - 2] ?? 0) ^ 0x55
      const { task, processed } = await client.run('repairimage', damaged, 'a.png')
      expect(processed.json.status).toBe('TaskSuccess')
      expect((await client.download(task)).bytes.equals(whole)).toBe(true)
      const { message } = await fileOf(task)
      expect(message).toMatch(/19 bytes stood before the picture/)
      expect(message).toMatch(/All rows of the picture were saved/)
    })
    it('an undamaged file comes back byte for byte, and the answer says that nothing was wrong', async () => {
      for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const) {
        const picture = await quarters(80, 60, format, format === 'gif' || format === 'avif' ? undefined : 6)
        const { task, processed } = await client.run('repairimage', picture, `a.${format}`)
        expect(processed.json.files[0].message).toMatch(/Nothing was wrong/)
        expect((await client.download(task)).bytes.equals(picture)).toBe(true)
      }
    })
    it('"files[].rotate … before the tool": the repaired picture is turned', async () => {
      const whole = await quarters(80, 60, 'jpeg')
      const { task } = await client.run('repairimage', whole.subarray(0, whole.length - 2), 'a.jpg', {}, { rotate: 90 })
      expect(await look((await client.download(task)).bytes)).toMatchObject({ width: 60, height: 80 })
    })
    it('"DamagedFile" with a reason where nothing is left', async () => {
      const { processed } = await client.run('repairimage', (await photo(64, 64)).subarray(0, 100), 'stub.jpg')
      expect(processed.status).toBe(400)
      expect(processed.json.error.param[0]).toMatchObject({
        error: 'DamagedFile',
        message: expect.stringMatching(/Nothing of the picture could be saved/),
      })
    })
    it('5.3 "repair, upscale 120 s": a deadline of its own', async () => {
      const hasty = await stack.start({ TASKS_REPAIR_DEADLINE_MS: '1' })
      try {
        const by = await TasksClient.of(hasty)
        const picture = await photo(1500, 1000)
        const slow = await by.run('repairimage', picture.subarray(0, picture.length - 1000), 'slow.jpg')
        expect(slow.processed.json.error.param[0].error).toBe('TimeOut')
        expect((await by.run('rotateimage', picture, 'fine.jpg')).processed.json.status).toBe('TaskSuccess')
      } finally {
        await hasty.stop()
      }
    })
  })

  describe('5.1 "try_image_repair"', () => {
    it('repairs what no tolerant decoder reads, in every tool, and says so', async () => {
      const whole = await photo(300, 200, 'webp')
      const torn = whole.subarray(0, Math.floor(whole.length * 0.7))
      const { task, processed } = await client.run('convertimage', torn, 'torn.webp', { to: 'png' })
      expect(processed.json.status).toBe('TaskSuccess')
      expect(processed.json.files[0].message).toMatch(/% of the rows were saved/)
      expect(await look((await client.download(task)).bytes)).toMatchObject({ format: 'png', width: 300, height: 200 })
      const strict = await client.run('convertimage', torn, 'torn.webp', { to: 'png', try_image_repair: false })
      expect(strict.processed.json.error.param[0].error).toBe('DamagedFile')
    })
  })
}
