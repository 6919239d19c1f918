/** The operator's commands as a person types them: output on stdout, talk on stderr, stable exit codes. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { packageRoot, version } from '../src/paths.ts'
import { startOrigin } from './support/origin.ts'
import { red, solid } from './support/pictures.ts'
import { startServer } from './support/stack.ts'
import { TasksClient } from './support/tasks-client.ts'

const folder = mkdtempSync(join(tmpdir(), 'imagestead-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

function imagestead(args: string[], input = '', environment: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(packageRoot, 'bin/imagestead.js'), ...args], {
      env: { PATH: process.env.PATH, IMAGESTEAD_DATA_DIR: join(folder, 'data'), ...environment },
    })
    const outcome: Outcome = { code: null, stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      outcome.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      outcome.stderr += text
    })
    child.stdin.end(input)
    child.once('close', (code) => resolve({ ...outcome, code }))
  })
}

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('imagestead', () => {
  it('tells its version and its commands', async () => {
    expect(await imagestead(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` })
    expect((await imagestead(['help'])).stdout).toContain('imagestead serve')
    expect(await imagestead(['nonsense'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no command "nonsense"'),
    })
  })

  it('names each wrong setting', async () => {
    const outcome = await imagestead(['migrate'], '', {
      IMAGESTEAD_PORT: 'abc',
      IMAGESTEAD_BOOTSTRAP_PUBLIC_KEY: 'only_half_a_pair',
    })
    expect(outcome.code).toBe(2)
    expect(outcome.stderr).toContain('IMAGESTEAD_PORT must be a number')
    expect(outcome.stderr).not.toContain('    at ')
    const half = await imagestead(['migrate'], '', { IMAGESTEAD_BOOTSTRAP_PUBLIC_KEY: 'only_half_a_pair' })
    expect(half.stderr).toContain('IMAGESTEAD_BOOTSTRAP_PUBLIC_KEY is set without IMAGESTEAD_BOOTSTRAP_SECRET_KEY')
  })

  it('does not begin with a project whose id is taken by the server', async () => {
    const settings = { IMAGESTEAD_DATA_DIR: join(folder, 'reserved'), IMAGESTEAD_BOOTSTRAP_PROJECT: 'incoming' }
    expect(await imagestead(['migrate'], '', settings)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('IMAGESTEAD_BOOTSTRAP_PROJECT'),
    })
  })

  it('makes projects, users and keys', async () => {
    expect(await imagestead(['projects', 'create', 'shop', '--name', 'The Shop'])).toMatchObject({
      code: 0,
      stdout: '',
    })
    expect(await imagestead(['projects', 'create', 'Shop!'])).toMatchObject({ code: 2 })
    expect(await imagestead(['projects', 'create', 'incoming'])).toMatchObject({ code: 2 })
    expect(await imagestead(['projects', 'create', 'shop'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already'),
    })
    expect(
      await imagestead(['users', 'create', 'ann', '--project', 'shop', '--password-stdin'], 'short\n'),
    ).toMatchObject({ code: 2 })
    expect(
      await imagestead(['users', 'create', 'ann', '--project', 'shop', '--password-stdin'], 'long enough\n'),
    ).toMatchObject({ code: 0 })
    const users = lines((await imagestead(['users', 'list', '--json'])).stdout)
    expect(users.find(({ username }) => username === 'ann')).toMatchObject({ project: 'shop', password: 'set' })

    const [pair] = lines((await imagestead(['keys', 'create', '--project', 'shop', '--json'])).stdout)
    expect(pair.public_key).toMatch(/^project_public_[0-9a-f]{32}_\w+$/)
    expect(pair.secret_key).toMatch(/^secret_key_[0-9a-f]{32}_\w+$/)
    const listed = await imagestead(['keys', 'list', '--project', 'shop', '--json'])
    expect(listed.stdout).not.toContain(pair.secret_key)
    expect((await imagestead(['keys', 'list', '--project', 'shop', '--reveal'])).stdout).toContain(pair.secret_key)

    const [rolled] = lines((await imagestead(['keys', 'roll', pair.id, '--grace', '2h', '--json'])).stdout)
    expect(rolled.public_key).not.toBe(pair.public_key)
    const keys = lines((await imagestead(['keys', 'list', '--project', 'shop', '--json'])).stdout)
    expect(keys.find(({ id }) => id === pair.id).expires).not.toBeNull()
    expect(await imagestead(['keys', 'disable', rolled.id])).toMatchObject({ code: 0 })
    expect(await imagestead(['keys', 'disable', 'none'])).toMatchObject({ code: 4 })
    expect(await imagestead(['projects', 'set', 'shop', '--auth', 'off', '--json'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"auth":"off"'),
    })
  })

  it('gives users other limits of the Sites API, or none', async () => {
    const users = async (...args: string[]) => lines((await imagestead(['users', ...args, '--json'])).stdout)
    await imagestead(['users', 'create', 'eve', '--project', 'shop', '--site-month', '7'])
    const set = (...args: string[]) => users('set', 'eve', ...args)
    expect(await set('--site-minute', '300')).toMatchObject([{ site_minute: 300, site_month: 7 }])
    expect(await set('--site-minute', 'default', '--site-month', 'unlimited')).toMatchObject([
      { site_minute: 'default', site_month: 'unlimited' },
    ])
    expect(await imagestead(['users', 'set', 'eve', '--site-minute', '0'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--site-minute must be a whole number from 1 on, unlimited, or default.'),
    })
  })

  it('gives accounts credits, journals them, and makes client-keys', async () => {
    await imagestead(['projects', 'create', 'agency'])
    const users = async (...args: string[]) => lines((await imagestead(['users', ...args, '--json'])).stdout)
    const create = ['users', 'create', 'bob', '--project', 'agency', '--credits', '50']
    expect(await imagestead(create)).toMatchObject({ code: 0 })
    expect((await users('list')).find(({ username }) => username === 'bob')).toMatchObject({ credits: 50 })
    expect(await users('set', 'bob', '--credits', 'unlimited')).toMatchObject([{ credits: 'unlimited' }])
    expect(await imagestead(['users', 'set', 'bob', '--credits', '-1'])).toMatchObject({ code: 2 })
    expect(await users('credits', 'bob')).toMatchObject([
      { who: expect.stringMatching(/^operator ./), before: 50, after: 'unlimited' },
      { before: 'unlimited', after: 50 },
    ])

    const keys = (...args: string[]) => imagestead(['keys', ...args, '--json'])
    const [made] = lines(
      (await keys('create', '--kind', 'client', '--user', 'bob', '--label', 'Ana', '--email', 'a@casa.example')).stdout,
    )
    expect(made).toMatchObject({ id: expect.stringMatching(/^ck_/), name: 'Ana' })
    expect(made.secret).toHaveLength(358)
    const listed = await keys('list', '--project', 'agency', '--reveal')
    expect(lines(listed.stdout)).toMatchObject([{ id: made.id, kind: 'client', label: 'Ana', status: 'active' }])
    expect(listed.stdout).not.toContain(made.secret.slice(24))
    expect(await keys('create', '--kind', 'client', '--user', 'bob')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--label'),
    })
  })

  it('gives people rights at sites, makes their keys, and shows which are used', async () => {
    await imagestead(['projects', 'create', 'tower'])
    const users = (...args: string[]) => imagestead(['users', ...args, '--json'])
    const keys = (...args: string[]) => imagestead(['keys', ...args, '--json'])
    await users('create', 'owner', '--project', 'tower')
    await users('create', 'viewer', '--project', 'tower', '--site-access', 'view')
    const accessOf = async () =>
      lines((await users('list')).stdout)
        .filter(({ project }) => project === 'tower')
        .map(({ site_access }) => site_access)
    expect(await accessOf()).toEqual(['manage', 'view'])
    expect(lines((await users('set', 'viewer', '--site-access', 'contribute')).stdout)).toMatchObject([
      { username: 'viewer', site_access: 'contribute' },
    ])
    expect((await users('set', 'viewer', '--site-access', 'none')).stdout).toContain('"site_access":"none"')
    expect(await users('set', 'viewer', '--site-access', 'all')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('none, view_watermarked, view, download, contribute, manage'),
    })

    const [made] = lines((await keys('create', '--kind', 'site', '--user', 'viewer', '--label', 'Wall')).stdout)
    expect(made).toMatchObject({ kind: 'site', user: 'viewer', secret: expect.stringMatching(/^sp_\w{8}_\w{40}$/) })
    const listed = await keys('list', '--project', 'tower', '--reveal')
    expect(lines(listed.stdout)).toMatchObject([
      {
        id: made.id,
        kind: 'site',
        user: 'viewer',
        label: 'Wall',
        public_key: made.secret.slice(0, 11),
        status: 'active',
        last_used: null,
      },
    ])
    expect(listed.stdout).not.toContain(made.secret)
    expect(await keys('disable', made.id)).toMatchObject({ code: 0 })
    expect(lines((await keys('list', '--project', 'tower')).stdout)).toMatchObject([{ status: 'disabled' }])
    expect(await keys('create', '--kind', 'site', '--user', 'nobody')).toMatchObject({ code: 4 })
    expect((await users('audit', 'viewer')).stdout).toBe('')
    expect(await users('audit', 'nobody')).toMatchObject({ code: 4 })
    // Fifteen starts of the command.
  }, 120_000)

  it('asks for scores of a library, one job at a time', async () => {
    expect((await imagestead(['projects', 'create', 'scored', '--score-on-ingest', 'on'])).code).toBe(0)
    const [row] = lines((await imagestead(['projects', 'set', 'scored', '--json'])).stdout)
    expect(row).toMatchObject({ score_on_ingest: 'on' })
    const begun = await imagestead(['score', '--project', 'scored', '--again', '--json'])
    expect(begun).toMatchObject({ code: 0, stderr: expect.stringContaining('A running server does it') })
    const [job] = lines(begun.stdout)
    expect(job).toMatchObject({ folder: '/', again: true, status: 'Pending', scored: 0, finished: null })
    expect(lines((await imagestead(['score', 'list', '--project', 'scored', '--json'])).stdout)).toEqual([job])
    const second = await imagestead(['score', '--project', 'scored'])
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining(job.id) })
    expect(await imagestead(['score', '--project', 'scored', '--folder', '/none'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('No folder has the path /none'),
    })
    expect(await imagestead(['score', '--project', 'nobody'])).toMatchObject({ code: 4 })
    expect(await imagestead(['score', 'now'])).toMatchObject({ code: 2 })
  })

  it('makes restricted pairs, which stay so when rolled', async () => {
    await imagestead(['projects', 'create', 'narrow'])
    const keys = (...args: string[]) => imagestead(['keys', ...args, '--json'])
    const scoped = ['create', '--project', 'narrow', '--scope', 'files=read', '--scope', 'uploads=write']
    const [pair] = lines((await keys(...scoped)).stdout)
    expect(pair.scopes).toBe('files=read uploads=write')
    const rolled = await keys('roll', pair.id, '--grace', 'now')
    expect(rolled.stderr).toContain('ends now')
    expect(lines(rolled.stdout)[0].scopes).toBe(pair.scopes)
    await keys('create', '--project', 'narrow')
    const listed = lines((await keys('list', '--project', 'narrow')).stdout)
    expect(listed.map(({ scopes }) => scopes)).toEqual([pair.scopes, pair.scopes, 'all'])
    expect(Date.parse(listed[0].expires)).toBeLessThanOrEqual(Date.now())
    const wrong = await keys('create', '--project', 'narrow', '--scope', 'media=read')
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('customMetadataFields') })
    expect(await keys('roll', pair.id, '--grace', '8d')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('up to 7d'),
    })
    const site = await keys('create', '--project', 'narrow', '--kind', 'site', '--scope', 'files=read')
    expect(site).toMatchObject({ code: 2, stderr: expect.stringContaining('pairs only') })
  })

  it('keeps the list of who is told library events', async () => {
    await imagestead(['projects', 'create', 'told'])
    const webhooks = (...args: string[]) => imagestead(['webhooks', ...args, '--json'])
    const url = 'https://receiver.example/hook?token=secret'
    const added = await webhooks('add', '--project', 'told', '--url', url, '--events', 'file.created,file.deleted')
    expect(added.stderr).toContain('webhooks secret --project told')
    const [endpoint] = lines(added.stdout)
    expect(endpoint).toMatchObject({
      project: 'told',
      url: 'https://receiver.example/hook?…',
      events: 'file.created,file.deleted',
      enabled: 'on',
    })
    const [off] = lines((await webhooks('set', endpoint.id, '--enabled', 'off', '--events', 'all')).stdout)
    expect(off).toMatchObject({ id: endpoint.id, enabled: 'off', events: 'all' })
    expect(lines((await webhooks('endpoints', '--project', 'told')).stdout)).toEqual([off])
    expect(await webhooks('add', '--project', 'told', '--url', 'nowhere')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('https://'),
    })
    expect(await webhooks('set', endpoint.id, '--events', 'file.eaten')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('file.updated'),
    })
    expect(await webhooks('remove', endpoint.id)).toMatchObject({ code: 0 })
    expect(await webhooks('remove', endpoint.id)).toMatchObject({ code: 4 })
    expect((await webhooks('endpoints', '--project', 'told')).stdout).toBe('')
  })

  it('shows, replays and enables webhooks', async () => {
    let answer = 410
    const origin = await startOrigin((_request, response) => response.writeHead(answer).end())
    const data = join(folder, 'webhooks')
    const server = await startServer({ DATA_DIR: data, FETCH_ALLOW: '127.0.0.1' })
    const own = (...args: string[]) => imagestead(['webhooks', ...args], '', { IMAGESTEAD_DATA_DIR: data })
    try {
      const client = await TasksClient.of(server)
      const task = await client.start('rotateimage')
      const name = (await client.upload(task, await solid(8, 8, red), 'a.png')).json.server_filename
      await client.process(task, 'rotateimage', [{ server_filename: name }], { webhook: `${origin.url}/hook?key=abc` })
      const listed = async () => lines((await own('list', '--task', task, '--json')).stdout || '{}')[0]
      await expect.poll(listed, { timeout: 20_000 }).toMatchObject({
        project: 'default',
        event: 'task.completed',
        subject: task,
        target: `${origin.url}/hook?…`,
        state: 'failed',
        attempts: 1,
        last_status: 410,
        next_attempt: null,
      })
      const { id } = await listed()
      expect((await own('show', id)).stdout).toMatch(/ 410 +The receiver wants no more events \(410\)\.\n$/)
      expect(JSON.parse((await own('show', id, '--body')).stdout)).toMatchObject({ task, event: 'task.completed' })
      expect((await own('stopped')).stdout).toContain(`${origin.url}/hook?…`)
      expect(await own('replay', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('webhooks enable') })
      answer = 200
      expect(await own('enable', id)).toMatchObject({ code: 0 })
      expect(await own('replay', id)).toMatchObject({ code: 0, stdout: expect.stringContaining('pending') })
      await expect
        .poll(listed, { timeout: 20_000 })
        .toMatchObject({ state: 'delivered', attempts: 2, last_status: 200 })

      const [shown] = lines((await own('secret', '--json')).stdout)
      const [rolled] = lines((await own('secret', '--roll', '--grace', '1h', '--json')).stdout)
      expect(shown.webhook_secret).toMatch(/^whsec_/)
      expect(rolled.webhook_secret).not.toBe(shown.webhook_secret)
      expect(await server.composed.webhookSecrets.active('default')).toEqual([
        rolled.webhook_secret,
        shown.webhook_secret,
      ])
      expect(await own('show', 'wh_none')).toMatchObject({ code: 4, stderr: expect.stringContaining('webhooks list') })
      expect(await own('list', '--state', 'lost')).toMatchObject({ code: 2 })
      expect(await own('nonsense')).toMatchObject({ code: 2 })
    } finally {
      await server.stop()
      await origin.stop()
    }
    expect(await imagestead(['projects', 'set', 'shop', '--webhook-format', 'form', '--json'])).toMatchObject({
      stdout: expect.stringContaining('"webhook_format":"form"'),
    })
    expect(await imagestead(['projects', 'set', 'shop', '--webhook-format', 'xml'])).toMatchObject({ code: 2 })
  })

  it('sets and shows what a project may do, and refuses what makes no sense', async () => {
    const set = (...options: string[]) => imagestead(['projects', 'set', 'shop', ...options, '--json'])
    const [row] = lines(
      (
        await set(
          ...[
            '--storage-bytes',
            '5000000000',
            '--monthly-files',
            '250',
            '--ips',
            '203.0.113.7, 10.1.0.0/16',
            '--file-deadline-ms',
            '5000',
          ],
          ...['--domains', '["Shop.example","*.shop.example"]'],
          ...['--pre-transformation', 'tr:w-1000,h-1000:rt-90', '--post-transformations', '["w-200,h-100","n-card"]'],
        )
      ).stdout,
    )
    const kept = {
      monthly_files: 250,
      storage_bytes: 5_000_000_000,
      file_deadline_ms: 5000,
      ips: ['203.0.113.7', '10.1.0.0/16'],
      domains: ['shop.example', '*.shop.example'],
      pre_transformation: 'w-1000,h-1000:rt-90',
      post_transformations: ['w-200,h-100', 'n-card'],
    }
    expect(row).toMatchObject(kept)
    for (const [option, value, message] of [
      ['--storage-bytes', '1GB', /--storage-bytes must be a whole number/],
      ['--monthly-files', '0', /--monthly-files must be a whole number/],
      ['--monthly-files', 'many', /--monthly-files must be a whole number/],
      ['--file-deadline-ms', '-1', /--file-deadline-ms|ambiguous/],
      ['--ips', '10.0.0.1,10.0.0.0/33', /--ips "10\.0\.0\.0\/33" must be an IP address or a CIDR/],
      ['--domains', 'https://shop.example', /--domains "https:\/\/shop.example" must be a host/],
      ['--pre-transformation', 'small', /--pre-transformation is not understood; .*"small" at position 1/],
      ['--post-transformations', '["w-1","small"]', /--post-transformations "small" is not understood/],
      ['--auth', 'maybe', /--auth must be on or off/],
      ['--quota', '5', /--quota/],
    ] as const) {
      expect(await set(option, value)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) })
    }
    const [listed] = lines((await imagestead(['projects', 'list', '--json'])).stdout).filter(({ id }) => id === 'shop')
    expect(listed).toMatchObject(kept)
    const table = (await imagestead(['projects', 'list'])).stdout
    expect(table).toMatch(/MONTHLY_FILES/)
    expect(table).toMatch(/default .* unlimited/)
    const [cleared] = lines(
      (
        await set(
          ...['--monthly-files', 'unlimited', '--ips', 'none', '--file-deadline-ms', 'default', '--domains', 'none'],
          ...['--pre-transformation', 'none', '--post-transformations', 'none'],
        )
      ).stdout,
    )
    expect(cleared).toMatchObject({
      monthly_files: 'unlimited',
      file_deadline_ms: 'default',
      ips: [],
      domains: [],
      pre_transformation: 'none',
      post_transformations: [],
      auth: 'off',
    })
  })

  it('keeps the master key private and refuses another one', async () => {
    expect(statSync(join(folder, 'data', 'master.key')).mode & 0o777).toBe(0o600)
    const outcome = await imagestead(['keys', 'list'], '', {
      IMAGESTEAD_MASTER_KEY: 'another key of more than 32 characters',
    })
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining('IMAGESTEAD_MASTER_KEY') })
  })

  it('reads a setting from a file', async () => {
    const path = join(folder, 'level')
    writeFileSync(path, 'nonsense\n')
    const outcome = await imagestead(['migrate'], '', { IMAGESTEAD_LOG_LEVEL_FILE: path })
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining('IMAGESTEAD_LOG_LEVEL') })
  })
})

describe('imagestead models', () => {
  const manifest = {
    id: 'own',
    task: 'classify',
    license: 'Ours',
    source: { kind: 'file', file: 'own.onnx' },
    sha256: null,
    bytes: 3,
    input: {
      ...{ name: 'image', width: 4, height: 4, layout: 'NCHW', channels: 'RGB', resize: 'stretch' },
      ...{ mean: [0, 0, 0], std: [1, 1, 1] },
    },
    outputs: { logits: 'out' },
    decoder: 'softmax',
  }
  const models = mkdtempSync(join(folder, 'models-'))
  const files = mkdtempSync(join(folder, 'files-'))
  const run = (args: string[], use = 'features,own') =>
    imagestead(['models', ...args], '', { IMAGESTEAD_VISION_MODELS_DIR: models, IMAGESTEAD_VISION_MODELS: use })

  it('are listed, brought from a folder, and checked', async () => {
    writeFileSync(join(models, 'own.json'), JSON.stringify(manifest))
    const states = lines((await run(['list', '--json'])).stdout)
    expect(states.find(({ id }) => id === 'own')).toMatchObject({ status: 'not pulled', wanted: true })
    expect(states.find(({ id }) => id === 'centernet-384')).toMatchObject({ wanted: false, license: 'MIT (package)' })
    expect(await run(['verify'])).toMatchObject({ code: 1 })
    expect(await run(['pull', 'own', '--from', files])).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/own\.onnx/),
    })
    writeFileSync(join(files, 'own.onnx'), 'abc')
    const pulled = await run(['pull', 'own', '--from', files])
    expect(pulled).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ba7816bf.*own\.onnx/),
      stderr: /trusted from now on/,
    })
    expect(await run(['verify'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/own.*ready/) })
    writeFileSync(join(models, 'own.onnx'), 'other')
    expect(await run(['verify'])).toMatchObject({ code: 1, stdout: expect.stringMatching(/wrong hash/) })
  })

  it('say what is wrong with what was typed or written', async () => {
    expect(await run(['pull', 'own', '--sha256', 'xyz'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/64 hex digits/),
    })
    expect(await run(['list'], 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/there is no model "nothing"/),
    })
    writeFileSync(join(models, 'own.json'), JSON.stringify({ ...manifest, task: 'guess' }))
    expect(await run(['list'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/own\.json is no model manifest: task/),
    })
  })
})
