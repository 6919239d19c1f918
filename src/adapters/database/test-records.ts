/** Records and a clock for the tests of this folder. */
import type { Asset, Folder } from '../../core/assets/records.ts'
import type { Blob } from '../../core/blobs/records.ts'
import { blobKey, hexId, serverFilename, taskId, webhookId } from '../../core/ids.ts'
import type { NewJob } from '../../core/jobs/records.ts'
import type { Key } from '../../core/keys/records.ts'
import type { Clock } from '../../core/ports.ts'
import type { Project, User } from '../../core/projects/records.ts'
import { projectSettingsSchema } from '../../core/projects/settings.ts'
import type { Task, TaskChunk, TaskFile, TaskOutput, TaskResult } from '../../core/tasks/records.ts'
import type { Delivery } from '../../core/webhooks/records.ts'

export interface TestClock extends Clock {
  advance(ms: number): void
}

export function createTestClock(start = 1_700_000_000_000): TestClock {
  let time = start
  return {
    now: () => time,
    advance(ms) {
      time += ms
    },
  }
}

let last = 0
/** A short text that no other test of this run uses. */
export function fresh(prefix: string): string {
  last += 1
  return `${prefix}-${last}`
}

export function aProject(fields: Partial<Project> = {}): Project {
  const id = fresh('project')
  return { id, name: 'A', status: 'active', settings: projectSettingsSchema.parse({}), created: 1000, ...fields }
}

export function aUser(fields: Partial<User> = {}): User {
  return {
    id: hexId(0),
    username: fresh('user'),
    project: 'p',
    email: null,
    passwordHash: null,
    status: 'active',
    tokenVersion: 0,
    credits: null,
    siteAccess: null,
    siteMinute: null,
    siteMonth: null,
    created: 1000,
    ...fields,
  }
}

export function aKey(fields: Partial<Key> = {}): Key {
  return {
    id: hexId(0),
    project: 'p',
    user: null,
    kind: 'pair',
    label: '',
    email: null,
    publicKey: fresh('public'),
    secretSealed: 'sealed',
    secretHash: null,
    scopes: null,
    camera: null,
    used: null,
    status: 'active',
    expires: null,
    created: 1000,
    ...fields,
  }
}

export function aBlob(fields: Partial<Blob> = {}): Blob {
  return {
    key: blobKey('p'),
    project: 'p',
    size: 12,
    sha256: 'ab'.repeat(32),
    crc32: 0xffff_ffff,
    type: 'image/png',
    encryption: null,
    refs: 1,
    created: 1000,
    ...fields,
  }
}

export function aTask(fields: Partial<Task> = {}): Task {
  return {
    id: taskId(),
    project: 'p',
    tool: 'resizeimage',
    status: 'TaskWaiting',
    params: null,
    customInt: null,
    customString: null,
    processStart: null,
    timerMs: 0,
    filesize: 0,
    outputFilesize: 0,
    outputFilenumber: 0,
    outputExtensions: [],
    fileKeyCheck: null,
    outputKeyCheck: null,
    downloadFilename: '',
    fileNumber: 0,
    open: false,
    created: 1000,
    updated: 1000,
    expires: 9_000_000_000_000,
    ...fields,
  }
}

export function aFile(task: string, fields: Partial<TaskFile> = {}): TaskFile {
  return {
    serverFilename: serverFilename('png'),
    task,
    project: 'p',
    blob: blobKey('p'),
    filename: 'a.png',
    size: 12,
    width: null,
    height: null,
    origin: 'upload',
    created: 1000,
    ...fields,
  }
}

export function aChunk(task: string, fields: Partial<TaskChunk> = {}): TaskChunk {
  return {
    task,
    filename: 'big.png',
    index: 0,
    total: 3,
    blob: blobKey('p'),
    size: 12,
    serverFilename: 'x.png',
    created: 1000,
    ...fields,
  }
}

export function aResult(task: string, fields: Partial<TaskResult> = {}): TaskResult {
  return {
    task,
    position: 0,
    serverFilename: 'x.png',
    filename: 'a.png',
    status: 'FileSuccess',
    message: '',
    timerMs: 5,
    filesize: 12,
    outputFilesize: 6,
    ...fields,
  }
}

export function anOutput(task: string, fields: Partial<TaskOutput> = {}): TaskOutput {
  return {
    task,
    position: 0,
    number: 0,
    blob: blobKey('p'),
    filename: 'a.png',
    size: 6,
    crc32: 1,
    format: 'png',
    ...fields,
  }
}

export function aDelivery(fields: Partial<Delivery> = {}): Delivery {
  return {
    id: webhookId(1000),
    project: 'p',
    event: 'task.completed',
    subject: fresh('subject'),
    target: 'https://example.com/hook',
    targetHash: fresh('hash'),
    urlSealed: 'sealed',
    contentType: 'application/json',
    body: '{"a":"ü"}',
    state: 'pending',
    job: hexId(0),
    tries: 0,
    attempts: [],
    nextAttempt: 1000,
    created: 1000,
    ...fields,
  }
}

export function aFolder(project: string, path: string, fields: Partial<Folder> = {}): Folder {
  return {
    id: hexId(0),
    project,
    parent: null,
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    customMetadata: {},
    lockedBy: null,
    created: 1000,
    updated: 1000,
    ...fields,
  }
}

/** A current file of its own, unless the fields say otherwise. */
export function anAsset(folder: Pick<Folder, 'id' | 'project'>, fields: Partial<Asset> = {}): Asset {
  const id = fields.id ?? hexId(0)
  return {
    id,
    file: id,
    project: folder.project,
    folder: folder.id,
    name: `${fresh('file')}.jpg`,
    version: 1,
    lastDeleted: 0,
    current: true,
    blob: blobKey(folder.project),
    size: 12,
    mime: 'image/jpeg',
    format: 'jpg',
    kind: 'image',
    width: 4,
    height: 3,
    orientation: null,
    video: null,
    alpha: false,
    tags: [],
    aiTags: [],
    customMetadata: {},
    customCoordinates: null,
    isPrivate: false,
    isPublished: true,
    description: null,
    embeddedMetadata: null,
    score: null,
    label: null,
    createdBy: null,
    origin: 'library',
    created: 1000,
    updated: 1000,
    ...fields,
  }
}

export function aJob(fields: Partial<NewJob> = {}): NewJob {
  return { kind: fresh('kind'), lane: 'batch', project: null, subject: fresh('subject'), ...fields }
}
