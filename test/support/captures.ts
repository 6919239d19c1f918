/** Photos for tests of the Sites API: rows as an ingest leaves them, without bytes. */
import { createHash } from 'node:crypto'
import { openFolder } from '../../src/core/assets/folders.ts'
import type { Asset } from '../../src/core/assets/records.ts'
import { blobKey, hexId, prefixedUlid } from '../../src/core/ids.ts'
import type { Clock, MetadataStore } from '../../src/core/ports.ts'
import type { Project } from '../../src/core/projects/records.ts'
import { folderOf } from '../../src/core/sites/folder.ts'
import type { Capture } from '../../src/core/sites/records.ts'
import { localAt } from '../../src/core/sites/zones.ts'
import { takeStorage } from '../../src/core/usage/storage.ts'

type Given = Partial<Pick<Capture, 'id' | 'camera' | 'sha256' | 'tags' | 'flags' | 'size' | 'filename'>> & {
  installation: string
  /** Epoch milliseconds, or a date-time. */
  taken: number | string
}

let made = 0

/** A capture with its file in the library, in one transaction. */
export async function addCapture(
  { store, clock }: { store: MetadataStore; clock: Clock },
  project: Project,
  { installation, taken: given, ...fields }: Given,
): Promise<Capture> {
  const taken = typeof given === 'number' ? given : Date.parse(given)
  made += 1
  const sha256 = createHash('sha256').update(`photo ${made} ${Math.random()}`).digest('hex')
  const now = clock.now()
  const id = prefixedUlid('ph', now)
  return await store.tx(async (tx) => {
    const folder = await openFolder(tx, clock, { project }, folderOf(installation))
    const place = await tx.installations.lock(project.id, installation)
    if (place === undefined) throw new Error('no such installation')
    const file = hexId(now)
    const blob = blobKey(project.id)
    const capture: Capture = {
      id,
      asset: file,
      project: project.id,
      installation,
      camera: null,
      sha256,
      taken,
      ...localAt(place.timezone, taken),
      timeSource: 'given',
      received: now,
      filename: 'IMG_0001.JPG',
      blob,
      mime: 'image/jpeg',
      size: 1000,
      width: 6000,
      height: 4000,
      tags: [],
      flags: [],
      exposure: null,
      ...fields,
    }
    await tx.blobs.insert({
      key: blob,
      project: project.id,
      size: capture.size,
      sha256: capture.sha256,
      crc32: 1,
      type: capture.mime,
      encryption: null,
      refs: 1,
      created: now,
    })
    await tx.assets.insert(assetOf(capture, folder.id, now))
    await tx.captures.insert(capture)
    await takeStorage(tx, project, capture.size)
    return capture
  })
}

const assetOf = (capture: Capture, folder: string, now: number): Asset => ({
  id: capture.asset,
  file: capture.asset,
  project: capture.project,
  folder,
  name: `${capture.id}.jpg`,
  version: 1,
  lastDeleted: 0,
  current: true,
  blob: capture.blob,
  size: capture.size,
  mime: capture.mime,
  format: 'jpg',
  kind: 'image',
  width: capture.width,
  height: capture.height,
  orientation: 1,
  alpha: false,
  tags: capture.tags,
  aiTags: [],
  customMetadata: {},
  customCoordinates: null,
  isPrivate: true,
  isPublished: true,
  description: null,
  embeddedMetadata: null,
  video: null,
  score: null,
  label: null,
  createdBy: null,
  origin: 'capture',
  created: now,
  updated: now,
})
