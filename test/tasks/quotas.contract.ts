/** Section 12: monthly files and credits, open tasks; sections 3, 5.2, 5.3, 8.4 and 8.8 where they tell what is left. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { monthOf } from '../../src/core/usage/files.ts'
import { photo, red, solid } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { type Answer, signToken, TasksClient } from '../support/tasks-client.ts'

export function quotaSuite(stack: Stack): void {
  let server: TestServer
  let picture: Buffer
  const broken = Buffer.from('no image at all')
  let ahead = 0
  const now = () => Date.now() + ahead

  beforeAll(async () => {
    picture = await solid(8, 8, red)
    server = await stack.start({ LIMITS: 'on', TASKS_RATE_PER_SECOND: '1000' }, { now })
  })
  afterAll(() => server.stop())

  const pairs = new Map<string, { publicKey: string; secretKey: string }>()
  /** A client of a project of its own with so many files a month. */
  async function clientWith(id: string, monthlyFiles: number | undefined): Promise<TasksClient> {
    pairs.set(id, await addProject(server, id, { limits: { monthlyFiles } }))
    return clientOf(id)
  }
  /** With a token of the clock's present time. */
  async function clientOf(id: string): Promise<TasksClient> {
    const iat = Math.floor(now() / 1000)
    const claims = { jti: pairs.get(id)?.publicKey, iat, exp: iat + 3600 }
    return new TasksClient(server, await signToken(claims, pairs.get(id)?.secretKey))
  }
  async function left(client: TasksClient): Promise<number> {
    return (await client.call('GET', '/v1/info')).json.remaining_files
  }
  /** A started task with uploads; answers its id and the files for process. */
  async function filled(client: TasksClient, tool: string, ...pictures: Buffer[]) {
    const task = await client.start(tool)
    const files: { server_filename: string }[] = []
    for (const bytes of pictures)
      files.push({ server_filename: (await client.upload(task, bytes, 'a.png')).json.server_filename })
    return { task, files }
  }
  function expectRefused(answer: Answer, type: string, message: RegExp): void {
    expect(answer.status).toBe(400)
    expect(answer.json.error).toMatchObject({ type, code: '400', message: expect.stringMatching(message) })
    expect(answer.headers.get('x-rate-limit-remaining')).not.toBeNull()
  }

  describe('12 "Quotas: monthly files (UTC calendar month) and credits are unlimited by default"', () => {
    it('"answered as remaining_files 1,000,000 (credits ten times that), never 0 or null"', async () => {
      const client = await clientWith('unlimited', undefined)
      const { json } = await client.call('GET', '/v1/info')
      expect(json).toEqual({ remaining_files: 1_000_000, remaining_credits: 10_000_000, remaining_pages: 2_000_000 })
      const { processed } = await client.run('rotateimage', picture, 'a.png')
      expect(processed.json).toMatchObject({ remaining_files: 1_000_000, remaining_credits: 10_000_000 })
    })
    it('250 files: start, process, next and info tell the same', async () => {
      const client = await clientWith('free-plan', 250)
      const started = await client.call('GET', '/v1/start/rotate')
      expect(started.json).toMatchObject({ remaining_files: 250, remaining_credits: 2500, remaining_pages: 500 })
      const { task, processed } = await client.run('rotateimage', picture, 'a.png')
      expect(processed.json).toMatchObject({ remaining_files: 249, remaining_credits: 2490 })
      const next = await client.call('POST', '/v1/task/next', { json: { task, tool: 'crop' } })
      expect(next.json).toMatchObject({ remaining_files: 249, remaining_credits: 2490 })
      const info = await client.call('GET', '/v1/info')
      expect(info.json).toEqual({ remaining_files: 249, remaining_credits: 2490, remaining_pages: 498 })
    })
    it('"used up: /start 400 StartError" and begins anew with the month', async () => {
      const client = await clientWith('used-up', 2)
      const { task, files } = await filled(client, 'rotateimage', picture, picture)
      const processed = await client.process(task, 'rotateimage', files)
      expect(processed.json).toMatchObject({ status: 'TaskSuccess', remaining_files: 0, remaining_credits: 0 })
      const refused = await client.call('GET', '/v1/start/rotate')
      expectRefused(refused, 'StartError', /files of this month \(2\) are used up.*-01 \(UTC\)/)
      const next = await client.call('POST', '/v1/task/next', { json: { task, tool: 'rotate' } })
      expect(next.json.remaining_files).toBe(0)
      const [name] = Object.keys(next.json.files)
      expectRefused(
        await client.process(next.json.task, 'rotateimage', [{ server_filename: name }]),
        'ProcessingError',
        /needs 1 of this month's 2 files, and 0 are left/,
      )
      const month = new Date(monthOf(now()))
      ahead = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1) - Date.now()
      try {
        const later = await clientOf('used-up')
        expect((await later.call('GET', '/v1/start/rotate')).json.remaining_files).toBe(2)
      } finally {
        ahead = 0
      }
    })
  })

  describe('5.3 "More files than the quota has left -> 400 ProcessingError"', () => {
    it('names files, leaves the task waiting, and fewer files go', async () => {
      const client = await clientWith('too-many', 2)
      const { task, files } = await filled(client, 'rotateimage', picture, picture, picture)
      const refused = await client.process(task, 'rotateimage', files)
      expectRefused(refused, 'ProcessingError', /needs 3 of this month's 2 files, and 2 are left/)
      expect(refused.json.error.param).toEqual({ files: [expect.stringMatching(/fewer/)] })
      expect((await client.call('GET', `/v1/task/${task}`)).json.status).toBe('TaskWaiting')
      const processed = await client.process(task, 'rotateimage', files.slice(0, 2))
      expect(processed.json).toMatchObject({ status: 'TaskSuccess', remaining_files: 0 })
    })
  })

  describe('5.3 "Credits are charged per successful file only"', () => {
    it('files that fail count for nothing, beside others and alone, in both modes', async () => {
      const client = await clientWith('failures', 10)
      const mixed = await filled(client, 'rotateimage', picture, broken)
      const warned = await client.process(mixed.task, 'rotateimage', [...mixed.files, { server_filename: 'none.png' }])
      expect(warned.json).toMatchObject({ status: 'TaskSuccessWithWarnings', remaining_files: 9 })
      const failed = await client.run('rotateimage', broken, 'a.png')
      expect(failed.processed.status).toBe(400)
      expect(await left(client)).toBe(9)
      const behind = await filled(client, 'rotateimage', picture, broken)
      expect((await client.process(behind.task, 'rotateimage', behind.files, { webhook: '' })).status).toBe(200)
      await expect
        .poll(async () => (await client.call('GET', `/v1/task/${behind.task}`)).json.status, { timeout: 20_000 })
        .toBe('TaskSuccessWithWarnings')
      expect(await left(client)).toBe(8)
    })
    it('a request that is refused, and a second one for the same task, count for nothing', async () => {
      const client = await clientWith('refusals', 10)
      const { task, files } = await filled(client, 'resizeimage', picture)
      expect((await client.process(task, 'resizeimage', files)).status).toBe(400)
      expect(await left(client)).toBe(10)
      const both = await Promise.all([1, 2].map(() => client.process(task, 'resizeimage', files, { pixels_width: 4 })))
      expect(both.map(({ status }) => status).toSorted()).toEqual([200, 400])
      expect((await client.process(task, 'resizeimage', files, { pixels_width: 4 })).status).toBe(400)
      expect(await left(client)).toBe(9)
    })
    it('each input of a gif_animation is a file; downloading again and connecting cost nothing', async () => {
      const client = await clientWith('animation', 10)
      const { task, files } = await filled(client, 'convertimage', picture, picture, picture)
      const processed = await client.process(task, 'convertimage', files, { to: 'gif_animation' })
      expect(processed.json).toMatchObject({ output_filenumber: 1, remaining_files: 7 })
      await client.download(task)
      await client.download(task)
      await client.call('POST', '/v1/task/next', { json: { task, tool: 'rotate' } })
      await client.call('DELETE', `/v1/task/${task}`)
      expect(await left(client)).toBe(7)
    })
    it('a running task that is deleted gives back what it had not done', async () => {
      const client = await clientWith('deleted', 10)
      const large = await photo(3000, 2000)
      const { task, files } = await filled(client, 'convertimage', large, large)
      await client.process(task, 'convertimage', files, { to: 'avif', webhook: '' })
      expect(await left(client)).toBe(8)
      const { json } = await client.call('DELETE', `/v1/task/${task}`)
      const done = json.files.filter(({ status }: { status: string }) => status === 'FileSuccess').length
      expect(await left(client)).toBe(10 - done)
    })
    it('concurrent requests do not overspend', async () => {
      const client = await clientWith('concurrent', 7)
      const tasks = []
      for (let count = 0; count < 5; count += 1) {
        const { task, files } = await filled(client, 'rotateimage', picture, picture)
        // Room for one open task only: the others get their files while the quota is unlimited.
        tasks.push({ task, files })
        if (count === 0) await setFiles('concurrent', undefined)
      }
      await setFiles('concurrent', 7)
      const answers = await Promise.all(tasks.map(({ task, files }) => client.process(task, 'rotateimage', files)))
      const refused = answers.filter(({ status }) => status === 400)
      expect(refused).toHaveLength(2)
      for (const answer of refused) expect(answer.json.error).toMatchObject({ type: 'ProcessingError' })
      expect(await left(client)).toBe(1)
    })
  })

  async function setFiles(id: string, monthlyFiles: number | undefined): Promise<void> {
    await server.composed.store.tx(async (tx) => {
      const project = await tx.projects.lock(id)
      if (project !== undefined)
        await tx.projects.update(id, { settings: { ...project.settings, limits: { monthlyFiles } } })
    })
  }

  describe('12 "At most 10 % of the monthly file quota may be open"', () => {
    const upload = (client: TasksClient, task: string) => client.upload(task, picture, 'a.png')
    const full = /than 25 \(10 % of the month's 250 files\); process or delete tasks/

    it('250 files: the first upload of the 26th task fails, exactly, also with 40 at once', async () => {
      const client = await clientWith('open-tasks', 250)
      const tasks = await Promise.all(Array.from({ length: 40 }, () => client.start('rotateimage')))
      const answers = await Promise.all(tasks.map((task) => upload(client, task)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(25)
      for (const answer of answers.filter(({ status }) => status !== 200)) {
        expectRefused(answer, 'UploadError', full)
        expect(answer.json.error.param).toEqual({ task: [expect.stringMatching(full)] })
      }
      const open = tasks.filter((_, index) => answers[index]?.status === 200)
      const waiting = tasks.filter((_, index) => answers[index]?.status !== 200)
      // A further upload of an open task, and one by URL or in chunks to another.
      expect((await upload(client, open[0] ?? '')).status).toBe(200)
      const chunk = { chunk: '0', chunks: '2' }
      expectRefused(await client.upload(waiting[0] ?? '', picture, 'a.png', chunk), 'UploadError', full)
      expect((await client.call('GET', `/v1/task/${waiting[0]}`)).json.files).toEqual([])

      // "until process succeeds or fails finally, it is deleted, or its last upload is deleted"
      const [one = '', two = '', three = ''] = open
      await client.call('DELETE', `/v1/task/${one}`)
      expect((await upload(client, waiting[0] ?? '')).status).toBe(200)
      expectRefused(await upload(client, waiting[1] ?? ''), 'UploadError', full)
      const { files } = (await client.call('GET', `/v1/task/${two}`)).json
      expect((await client.process(two, 'rotateimage', files)).status).toBe(200)
      expect((await upload(client, waiting[1] ?? '')).status).toBe(200)
      const [file] = (await client.call('GET', `/v1/task/${three}`)).json.files
      expectRefused(await upload(client, waiting[2] ?? ''), 'UploadError', full)
      await client.call('DELETE', `/v1/upload/${three}/${file.server_filename}`)
      expect((await upload(client, waiting[2] ?? '')).status).toBe(200)
      expectRefused(await upload(client, three), 'UploadError', full)
    })
    it('at least one; a failed task is closed, a started or connected one without own uploads is not open', async () => {
      const client = await clientWith('one-open', 9)
      const failed = await client.run('rotateimage', broken, 'a.png')
      expect(failed.processed.status).toBe(400)
      const { task, processed } = await client.run('rotateimage', picture, 'a.png')
      expect(processed.status).toBe(200)
      const connect = async () => (await client.call('POST', '/v1/task/next', { json: { task, tool: 'rotate' } })).json
      const [child, sibling] = [await connect(), await connect()]
      const plain = await client.start('rotate')
      expect((await upload(client, plain)).status).toBe(200)
      // "from its first own upload (a connected task too)"
      const refused = await upload(client, child.task)
      expectRefused(refused, 'UploadError', /than 1 \(10 % of the month's 9 files\)/)
      const inherited = Object.keys(sibling.files).map((name) => ({ server_filename: name }))
      expect((await client.process(sibling.task, 'rotateimage', inherited)).status).toBe(200)
      await client.call('DELETE', `/v1/task/${plain}`)
      const own = await upload(client, child.task)
      expect(own.status).toBe(200)
      const other = await client.start('rotate')
      expect((await upload(client, other)).status).toBe(400)
      await client.call('DELETE', `/v1/upload/${child.task}/${own.json.server_filename}`)
      expect((await upload(client, other)).status).toBe(200)
    })
    it('the first chunk opens a task; a task that is being processed is open', async () => {
      const client = await clientWith('chunks-open', 10)
      const chunked = await client.start('rotate')
      expect((await client.upload(chunked, picture, 'a.png', { chunk: '0', chunks: '2' })).status).toBe(200)
      const other = await client.start('convert')
      expect((await upload(client, other)).status).toBe(400)
      await client.call('DELETE', `/v1/task/${chunked}`)
      const large = await client.upload(other, await photo(2000, 1500), 'a.jpg')
      await client.process(other, 'convertimage', [large.json], { to: 'avif', webhook: '' })
      const third = await client.start('rotate')
      expect((await upload(client, third)).status).toBe(400)
      await client.call('DELETE', `/v1/task/${other}`)
      expect((await upload(client, third)).status).toBe(200)
    })
    it('an expired task is open no more', async () => {
      const client = await clientWith('expired-open', 10)
      expect((await upload(client, await client.start('rotate'))).status).toBe(200)
      expect((await upload(client, await client.start('rotate'))).status).toBe(400)
      ahead = 7_200_001
      try {
        const later = await clientOf('expired-open')
        expect((await upload(later, await later.start('rotate'))).status).toBe(200)
      } finally {
        ahead = 0
      }
    })
    it('"no bound while files are unlimited"', async () => {
      const client = await clientWith('no-bound', undefined)
      const tasks = await Promise.all(Array.from({ length: 30 }, () => client.start('rotate')))
      const answers = await Promise.all(tasks.map((task) => upload(client, task)))
      expect(answers.every(({ status }) => status === 200)).toBe(true)
    })
  })

  describe('12 "IMAGESTEAD_LIMITS=off turns off rate limits, quotas, credits and the open-task limit"', () => {
    it('a project of one file has unlimited ones', async () => {
      const off = await stack.start({ LIMITS: 'off' })
      try {
        const pair = await addProject(off, 'tiny', { limits: { monthlyFiles: 1 } })
        const client = await TasksClient.of(off, pair)
        for (let count = 0; count < 2; count += 1) {
          const { processed } = await client.run('rotateimage', picture, 'a.png')
          expect(processed.json).toMatchObject({ remaining_files: 1_000_000, remaining_credits: 10_000_000 })
        }
        const tasks = [await client.start('rotate'), await client.start('rotate')]
        for (const task of tasks) expect((await client.upload(task, picture, 'a.png')).status).toBe(200)
        const info = await client.call('GET', '/v1/info')
        expect(info.json.remaining_files).toBe(1_000_000)
        // "headers stay, remaining = limit"
        expect(info.headers.get('x-rate-limit-remaining')).toBe(info.headers.get('x-rate-limit-limit'))
      } finally {
        await off.stop()
      }
    })
  })
}
