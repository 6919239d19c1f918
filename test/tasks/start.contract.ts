/** Section 3: starting a task; section 8.8: what is left. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Stack, TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'

export function startSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient

  beforeAll(async () => {
    server = await stack.start()
    client = await TasksClient.of(server)
  })
  afterAll(() => server.stop())

  describe('3 "GET /v1/start/{tool}"', () => {
    it('answers server, task and what is left, never 0', async () => {
      const { status, json } = await client.call('GET', '/v1/start/resizeimage')
      expect(status).toBe(200)
      expect(json).toEqual({
        server: server.authority,
        task: expect.stringMatching(/^[A-Za-z0-9]{40,}$/),
        remaining_files: expect.any(Number),
        remaining_credits: expect.any(Number),
        remaining_pages: expect.any(Number),
      })
      expect(json.remaining_files).toBeGreaterThan(0)
      expect(json.remaining_credits).toBe(json.remaining_files * 10)
      expect(json.remaining_pages).toBe(json.remaining_files * 2)
    })
    it.each([
      ['resize', 'resizeimage'],
      ['crop', 'cropimage'],
      ['compress', 'compressimage'],
      ['convert', 'convertimage'],
      ['watermark', 'watermarkimage'],
      ['rotate', 'rotateimage'],
      ['ResizeImage', 'resizeimage'],
      ['ROTATE', 'rotateimage'],
    ])('takes the short name %s in any letter case', async (name, tool) => {
      const task = await client.start(name)
      expect((await client.call('GET', `/v1/task/${task}`)).json.tool).toBe(tool)
    })
    it.each(['eu', 'us', 'fr', 'de', 'pl', 'in', 'sg', 'EU'])('takes the region %s', async (region) => {
      expect((await client.call('GET', `/v1/start/crop/${region}`)).json.task).toBeDefined()
    })
    it('takes a trailing slash and the client version', async () => {
      expect((await client.call('GET', '/v1/start/resizeimage/?v=php.1.1.17')).status).toBe(200)
    })
    it('refuses an unknown region', async () => {
      const { status, json } = await client.call('GET', '/v1/start/resizeimage/mars')
      expect(status).toBe(400)
      expect(json.error).toMatchObject({ type: 'StartError', param: { region: [expect.stringMatching(/eu.*sg/)] } })
    })
  })

  describe('3 "unknown tool -> 400 StartError; a tool this release does not have yet"', () => {
    it.each(['pdfjpg', 'nothing', 'image', '%20', 'resizeimages', '__proto__', 'constructor', 'x'.repeat(500)])(
      '%s',
      async (tool) => {
        const { status, json } = await client.call('GET', `/v1/start/${tool}`)
        expect(status).toBe(400)
        expect(json.error).toMatchObject({
          type: 'StartError',
          code: '400',
          message: expect.stringMatching(/resizeimage/),
          param: { tool: [expect.any(String)] },
        })
      },
    )
  })

  describe('8.8 "GET /v1/info: send both"', () => {
    it('answers files, credits and pages', async () => {
      const { json } = await client.call('GET', '/v1/info')
      expect(json).toEqual({
        remaining_files: expect.any(Number),
        remaining_credits: json.remaining_files * 10,
        remaining_pages: json.remaining_files * 2,
      })
    })
  })
}
