/** The Postman collections of the docs, downloaded as people do and run by a small runner. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../src/paths.ts'
import { type Started, start } from './browser/start.ts'
import { postmanRunner } from './support/postman.ts'

let server: Started
let cookie: string
let photo: Buffer

beforeAll(async () => {
  photo = await readFile(join(packageRoot, 'src/apis/home/assets/sample.jpg'))
  server = await start({ FETCH_ALLOW: '127.0.0.1' })
  const opened = await fetch(server.welcomeLink, { redirect: 'manual' })
  cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
})
afterAll(() => server?.stop())

const text = async (path: string, headers: Record<string, string> = {}) =>
  (await fetch(`${server.url}${path}`, { headers })).text()

async function runner(api: 'library' | 'scoring' | 'tasks') {
  const collection = JSON.parse(await text(`/docs/${api}/postman.json`))
  const environment = JSON.parse(await text(`/docs/${api}/postman-environment.json`, { cookie }))
  return postmanRunner(collection, environment, photo)
}

describe.each(['library', 'tasks'])('the files of the %s API', (api) => {
  test('hold keys for the browser of the welcome link only, and then in the environment alone', async () => {
    const environment = `/docs/${api}/postman-environment.json`
    const [collection, strangers, own] = await Promise.all([
      text(`/docs/${api}/postman.json`, { cookie }),
      text(environment),
      text(environment, { cookie }),
    ])
    for (const open of [collection, strangers]) {
      expect(open).not.toContain(server.secretKey)
      expect(open).not.toContain(server.publicKey)
    }
    expect(strangers).toContain('YOUR_SECRET_KEY')
    expect(JSON.parse(own).values).toEqual([
      expect.objectContaining({ key: 'server', value: server.url }),
      expect.objectContaining({ key: 'publicKey', value: server.publicKey }),
      expect.objectContaining({ key: 'secretKey', value: server.secretKey, type: 'secret' }),
    ])
  })
  test('name only variables that the environment or an earlier answer sets', async () => {
    const collection = await text(`/docs/${api}/postman.json`)
    const used = new Set([...collection.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name))
    const set = new Set([...collection.matchAll(/ariables\.set\('(\w+)'/g)].map(([, name]) => name))
    for (const name of ['server', 'publicKey', 'secretKey']) set.add(name)
    expect([...used].filter((name) => !set.has(name))).toEqual([])
  })
})

test('the requests of the Library API work one after the other', async () => {
  const { run } = await runner('library')
  const ended = () =>
    expect.poll(async () => (await run('How far a bulk job is')).json).toMatchObject({ status: 'Completed' })
  await run('Upload a file')
  await run('Upload a file (version 2)')
  expect((await run('List and search')).json).toHaveLength(1)
  expect((await run('All versions of a file, the current one first')).json).toHaveLength(2)
  for (const name of ['One file', 'Change a file', 'One version', 'EXIF and more of a file']) await run(name)
  await run('EXIF and more of the file at an address')
  for (const name of ['Add tags to files', 'Remove tags from files', 'Remove AI tags from files']) await run(name)
  await run('Make a folder')
  for (const name of ['Copy a file into a folder', 'Move a file into a folder', 'Rename a file']) await run(name)
  for (const name of ['Copy a folder into another', 'Move a folder into another', 'Rename a folder']) {
    await run(name)
    await ended()
  }
  for (const name of ['Purge the cache of an image URL', 'How far a purge is']) await run(name)
  for (const what of ['custom field', 'named transformation', 'saved extension', 'origin', 'URL endpoint']) {
    await run(`Add a ${what}`)
    await run(`List: ${what}`)
    if (what !== 'custom field') await run(`One ${what}`)
    await run(`Change a ${what}`)
  }
  for (const name of ['What was used between two days', 'Requests and bytes by kind']) await run(name)
  const deletions = ['URL endpoint', 'origin', 'saved extension', 'named transformation', 'custom field']
  for (const what of deletions) await run(`Delete a ${what}`)
  await run('Delete a folder with all that is in it')
  await run('Delete files')
})

test('the requests of the Tasks API work one after the other, with tokens that the script signs', async () => {
  const { run } = await runner('tasks')
  await run('A token for a public key, valid for two hours')
  await run('Start a task for one tool')
  await run('Upload a file, a chunk of one, or a URL')
  const processed = await run('Process the files; answers when done, or at once when webhook is present')
  expect(processed.json).toMatchObject({ status: 'TaskSuccess' })
  const result = await run('The result: one file as itself, several as a ZIP; ranges and HEAD work')
  expect(result.bytes.length).toBeGreaterThan(1000)
  for (const name of [
    'Status of a task',
    'Tasks of the project, newest first, 50 a page',
    'What is left of the month',
  ]) {
    await run(name)
  }
  await run('Go on with the results of a processed task in a new one')
  await run('Delete a task with all its files')
})

test('the requests of the Scoring API work one after the other, in both versions', async () => {
  const environment = await text('/docs/scoring/postman-environment.json', { cookie })
  expect(JSON.parse(environment).values.map(({ key }: { key: string }) => key)).toContain('password')
  expect(await text('/docs/scoring/postman-environment.json')).toContain('YOUR_PASSWORD')
  const { run } = await runner('scoring')
  for (const more of ['', ' (2.1)']) {
    await run(`A session token for name and password, valid for 24 hours${more}`)
    await run(`Make up to 20 client-keys, one for each end user${more}`)
    expect((await run(`The account’s client-keys, newest first${more}`)).json.length).toBeGreaterThan(0)
    await run(`One client-key${more}`)
    await run(`Switch a client-key on or off, or rename it${more}`)
    await run(`The same as PUT${more}`)
    expect((await run(`The score of a photo${more}`)).json.score).toBeGreaterThanOrEqual(0)
    await run(`The label of a photo: which of 23 kinds it is${more}`)
    await run(`Photos of a listing in the order to show them${more}`)
    if (more !== '') {
      await run('Score and label of a photo at once')
      expect((await run('Score and label of up to 50 photos')).json.results[0].status).toBe(200)
    }
    await run(`Delete a client-key for good${more}`)
  }
})
