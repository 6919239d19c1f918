/** What a project has, made over the APIs; and what looks like it and is nowhere. */
import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { expect, vi } from 'vitest'
import { prefixedUlid } from '../../src/core/ids.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { type ScoringClient, scoringClient } from '../support/scoring-client.ts'
import { addProject, type TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'

/** Everything of one project that another one might name. */
export interface Things {
  fileId: string
  /** An older version of the file. */
  versionId: string
  currentVersionId: string
  fileName: string
  folder: string
  filePath: string
  url: string
  tag: string
  folderId: string
  jobId: string
  scoringId: string
  requestId: string
  fieldId: string
  fieldName: string
  transformationId: string
  transformationName: string
  extensionId: string
  originId: string
  urlEndpointId: string
  urlPrefix: string
  /** Of a client-side upload that was made. */
  uploadToken: string
  idempotencyKey: string
  /** A processed task, and one with an upload. */
  doneTask: string
  openTask: string
  serverFilename: string
  /** Id of a client-key of the Scoring API. */
  clientKeyId: string
  headId: string
}

export interface Tenant {
  id: string
  publicKey: string
  secretKey: string
  library: LibraryClient
  tasks: TasksClient
  /** Of the project's user. */
  scoring: ScoringClient
  picture: Buffer
}

export async function addTenant(server: TestServer, id: string): Promise<Tenant> {
  const pair = await addProject(server, id)
  const library = libraryClient(server, pair.secretKey)
  const scoring = await scoringClient(server, { project: id })
  return { id, ...pair, library, tasks: await TasksClient.of(server, pair), scoring, picture: await quarters(32, 24) }
}

/** Signs a client-side upload (media-library-api.md section 2.2). */
export function signedFields({ publicKey, secretKey }: Tenant, token: string): Record<string, string> {
  const expire = String(Math.floor(Date.now() / 1000) + 1800)
  const signature = createHmac('sha1', secretKey).update(`${token}${expire}`).digest('hex')
  return { publicKey, token, expire, signature }
}

/** `word` keeps names of two sets of things apart. */
export async function makeThings(server: TestServer, owner: Tenant, word: string): Promise<Things> {
  const { library, tasks, picture } = owner
  const call = async (method: string, path: string, json?: unknown) => {
    const { status, json: answer, bytes } = await library.call(method, path, json === undefined ? {} : { json })
    expect(status, `${method} ${path} ${bytes}`).toBeLessThan(300)
    return answer
  }
  const fieldName = `field_${word}`
  const field = await call('POST', '/v1/customMetadataFields', {
    name: fieldName,
    label: `Field ${word}`,
    schema: { type: 'Text' },
  })
  const names = { folder: `/folder_${word}`, fileName: `file_${word}.png`, tag: `tag_${word}` }
  const fields = {
    file: picture,
    fileName: names.fileName,
    folder: names.folder,
    tags: names.tag,
    useUniqueFileName: 'false',
    // What everybody may see, everybody may give as a URL.
    isPrivateFile: 'true',
    customMetadata: JSON.stringify({ [fieldName]: word }),
  }
  const idempotencyKey = `key_${word}`
  const first = await library.upload(fields, { 'idempotency-key': idempotencyKey })
  const second = await library.upload(fields)
  expect([first.status, second.status], `${second.bytes}`).toEqual([200, 200])
  const uploadToken = `token_${word}`
  const form = new FormData()
  const signed = {
    ...signedFields(owner, uploadToken),
    fileName: 'signed.png',
    useUniqueFileName: 'false',
    file: picture.toString('base64'),
  }
  for (const [name, value] of Object.entries(signed)) form.set(name, value)
  expect((await fetch(`${server.url}/api/v1/files/upload`, { method: 'POST', body: form })).status).toBe(200)
  const [folder] = await call(
    'GET',
    `/v1/files?type=folder&searchQuery=${encodeURIComponent(`name = "${names.folder.slice(1)}" AND type = "folder"`)}`,
  )
  const { jobId } = await call('POST', '/v1/bulkJobs/copyFolder', {
    sourceFolderPath: names.folder,
    destinationPath: '/copies',
  })
  const done = async () => (await library.call('GET', `/v1/bulkJobs/${jobId}`)).json.status
  await vi.waitFor(async () => expect(await done()).toBe('Completed'), { timeout: 20_000, interval: 50 })
  const { jobId: scoringId } = await call('POST', '/v1/files/score', {})
  const judged = async () => (await library.call('GET', `/v1/files/score/${scoringId}`)).json.status
  await vi.waitFor(async () => expect(await judged()).toBe('Completed'), { timeout: 40_000, interval: 50 })
  const { requestId } = await call('POST', '/v1/files/purge', { url: second.json.url })
  const transformationName = `transformation_${word}`
  const transformation = await call('POST', '/v1/named-transformations', {
    name: transformationName,
    transformation: 'w-10',
  })
  const extension = await call('POST', '/v1/saved-extensions', {
    name: `extension ${word}`,
    description: word,
    config: { name: 'remove-bg' },
  })
  const origin = await call('POST', '/v1/accounts/origins', {
    type: 'WEB_FOLDER',
    name: `origin ${word}`,
    baseUrl: 'https://www.example.com',
  })
  const urlPrefix = `prefix-${word}`
  const urlEndpoint = await call('POST', '/v1/accounts/url-endpoints', {
    description: word,
    urlPrefix,
    origins: [origin.id],
  })
  const processed = await tasks.run('rotateimage', picture, 'p.png', {}, { rotate: 90 })
  expect(processed.processed.status).toBe(200)
  const openTask = await tasks.start('rotateimage')
  const uploaded = await tasks.upload(openTask, picture, 'o.png')
  return {
    ...names,
    fileId: first.json.fileId,
    versionId: first.json.versionInfo.id,
    currentVersionId: second.json.versionInfo.id,
    filePath: second.json.filePath,
    url: second.json.url,
    folderId: folder.folderId,
    jobId,
    scoringId,
    requestId,
    fieldId: field.id,
    fieldName,
    transformationId: transformation.id,
    transformationName,
    extensionId: extension.id,
    originId: origin.id,
    urlEndpointId: urlEndpoint.id,
    urlPrefix,
    uploadToken,
    idempotencyKey,
    doneTask: processed.task,
    openTask,
    serverFilename: uploaded.json.server_filename,
    clientKeyId: (await owner.scoring.call('GET', '/v2.0/client-key')).json[0].id,
    headId: await addHead(server, owner),
  }
}

/** Training takes many pictures; a head that is to be made is one as well. */
async function addHead({ composed: { store, clock } }: TestServer, { id: project }: Tenant): Promise<string> {
  const now = clock.now()
  const id = prefixedUlid('hd', now)
  await store.tx(async (tx) => {
    const version = await tx.heads.nextVersion(project, 'labels')
    const nothing = { message: null, models: null, lesson: null, shape: null, metrics: null }
    const head = { id, project, kind: 'labels' as const, version, status: 'training' as const, active: false }
    await tx.heads.insert({ ...head, ...nothing, created: now }, null)
  })
  return id
}

/** The same shapes, and nothing behind them; `like` shows how long the opaque ones are. */
export function unknownThings(like: Things, project: string): Things {
  const hex = (length: number) => randomBytes(length).toString('hex').slice(0, length)
  const word = hex(8)
  const opaque = (id: string) => `${/^[a-z]+_/.exec(id)?.[0] ?? ''}${hex(id.replace(/^[a-z]+_/, '').length)}`
  const folder = `/folder_${word}`
  const fileName = `file_${word}.png`
  const { origin } = new URL(like.url)
  return {
    fileId: hex(24),
    versionId: hex(24),
    currentVersionId: hex(24),
    fileName,
    folder,
    filePath: `${folder}/${fileName}`,
    url: `${origin}/${project}${folder}/${fileName}`,
    tag: `tag_${word}`,
    folderId: hex(24),
    jobId: hex(24),
    scoringId: hex(24),
    requestId: hex(24),
    fieldId: hex(24),
    fieldName: `field_${word}`,
    transformationId: opaque(like.transformationId),
    transformationName: `transformation_${word}`,
    extensionId: opaque(like.extensionId),
    originId: opaque(like.originId),
    urlEndpointId: opaque(like.urlEndpointId),
    urlPrefix: `prefix-${word}`,
    uploadToken: `token_${randomUUID()}`,
    idempotencyKey: `key_${word}`,
    doneTask: hex(like.doneTask.length),
    openTask: hex(like.openTask.length),
    serverFilename: `${hex(32)}.png`,
    clientKeyId: `ck_${'0'.repeat(10)}${hex(16).toUpperCase()}`,
    headId: `hd_${'0'.repeat(10)}${hex(16).toUpperCase()}`,
  }
}
