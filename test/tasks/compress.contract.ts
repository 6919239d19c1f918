/** Section 6.3: what compressing answers; what it does to pixels stands beside the engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { photo } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'

export function compressSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient

  beforeAll(async () => {
    server = await stack.start()
    client = await TasksClient.of(server)
  })
  afterAll(() => server.stop())

  async function compress(bytes: Buffer, level: string, more: Record<string, unknown> = {}) {
    const { task, processed } = await client.run('compressimage', bytes, 'a.jpg', { compression_level: level, ...more })
    return { task, processed, bytes: (await client.download(task)).bytes }
  }

  describe('6.3 "If recompression would be larger, return the original bytes"', () => {
    it('and the answer says so for that file: in process, in the task, not for files that shrank', async () => {
      let source = await photo(160, 120)
      const first = await compress(source, 'low')
      let last = first
      for (let pass = 0; pass < 4 && !last.bytes.equals(source); pass++) {
        source = last.bytes
        last = await compress(source, 'low')
      }
      expect(last.bytes.equals(source)).toBe(true)
      const message = expect.stringMatching(/already as small .* original was kept/i)
      expect(last.processed.json).toMatchObject({ status: 'TaskSuccess', warnings: [], files: [{ message }] })
      const { json } = await client.call('GET', `/v1/task/${last.task}`)
      expect(json.files).toMatchObject([{ status: 'FileSuccess', status_message: 'Success', message }])
      const shrank = await compress(await photo(160, 120, 'png'), 'recommended')
      expect(shrank.processed.json.files[0]).toMatchObject({ status: 'FileSuccess' })
      expect(shrank.processed.json.files[0].message).toBeUndefined()
    })
  })

  it('SVG: shorter from level to level, without its script', async () => {
    const path = '<path d="M 10.123456 10.654321 L 20.111111 5.222222 L 90.555555 70.666666" stroke="#f00"/>'
    const svg = Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99 99" width="99" height="99"><script>x()</script>${path}</svg>`,
    )
    const sizes = []
    for (const level of ['extreme', 'recommended', 'low']) {
      const { bytes } = await compress(svg, level)
      expect(bytes.includes('script')).toBe(false)
      sizes.push(bytes.length)
    }
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
    expect(sizes[2]).toBeLessThan(svg.length)
  })
}
