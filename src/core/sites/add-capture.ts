/**
 * Photos come in (site-photos-api.md section 8). The bytes are durable first; then one transaction adds the file, the
 * capture, the counts, the events and the jobs, under the lock of the installation.
 */
import { cleanTags } from '../assets/tags.ts'
import { addAsset, type NewAsset } from '../assets/upload.ts'
import { discardBytes } from '../blobs/stored.ts'
import { DomainError, invalid } from '../errors.ts'
import { prefixedUlid } from '../ids.ts'
import type { Repositories } from '../ports.ts'
import { rightAt, unknown } from './access.ts'
import { noticeCapture, seeCamera } from './cameras/notice.ts'
import { takenTime } from './capture-times.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import { exposureOf } from './exposure.ts'
import { flagsOf, learnView } from './flags.ts'
import type { PhotoBytes } from './photo-bytes.ts'
import { type PhotoContent, photoContent } from './photo-content.ts'
import type { Capture, Installation, JudgedCapture } from './records.ts'
import { keepThumbnail } from './variants.ts'
import { localAt } from './zones.ts'

/** What the sender says of a photo. */
export interface PhotoFacts {
  /** Epoch milliseconds. */
  taken: number | undefined
  camera: string | null
  filename: string
  tags: readonly string[]
}

export interface AddedCapture {
  capture: JudgedCapture
  /** It was there already: nothing was stored. */
  duplicate: boolean
}

/** How far ahead of ours a camera's clock may go. */
const mostAheadMs = 86_400_000
const maxFilename = 255

/** The hidden folder of the library that has an installation's photos. */
export const captureFolder = (installation: string) => `/.sites/${installation}`

/**
 * Adds the photo, or finds the same bytes of the same camera (or installation). The bytes belong to the photo or are gone
 * afterwards, whatever happens; those that a file of the library shares stay its own.
 * @throws DomainError invalid, damaged_image, out_of_range, conflict, quota_exceeded, and as the stores
 */
export async function addCapture(
  deps: SiteDeps,
  caller: SiteCaller,
  installation: Installation,
  bytes: PhotoBytes,
  facts: PhotoFacts,
): Promise<AddedCapture> {
  let handedOver = bytes.shared !== undefined
  try {
    const same = await findSame(deps.store.read, installation, bytes, facts)
    if (same !== undefined) return duplicateOf(caller, same)
    const { content, thumbnail } = await photoContent(deps, bytes, caller.signal)
    const capture = await captureOf(deps, installation, bytes, content, facts)
    handedOver = true
    const added = await insert(deps, caller, installation, capture, { bytes, content })
    // "Thumb ready within 5 s": it came of the decoding that described the photo.
    if (!added.duplicate && thumbnail !== undefined) await keepThumbnail(deps, capture, installation, thumbnail)
    return added
  } finally {
    if (!handedOver) await discardBytes(deps.blobs, bytes.stored)
  }
}

const findSame = (
  { captures }: Pick<Repositories, 'captures'>,
  { id }: Installation,
  bytes: PhotoBytes,
  facts: PhotoFacts,
) => captures.findSame(id, facts.camera, bytes.stored.sha256)

async function captureOf(
  deps: SiteDeps,
  { id: installation, project, timezone: zone }: Installation,
  { stored, format }: PhotoBytes,
  { description, width, height, mime }: PhotoContent,
  facts: PhotoFacts,
): Promise<Capture> {
  const received = deps.clock.now()
  const { camera } = facts
  const filename = plainName(facts.filename)
  const time = takenTime({ given: facts.taken, exif: description?.exif, filename, zone, received })
  if (time.taken > received + mostAheadMs) throw ahead(time)
  const id = prefixedUlid('ph', received)
  const flags = await flagsOf(deps, { project, installation, camera, taken: time.taken }, description)
  return {
    id,
    asset: '',
    project,
    installation,
    camera,
    sha256: stored.sha256,
    ...time,
    ...localAt(zone, time.taken),
    received,
    filename: filename === '' ? `${id}.${format}` : filename,
    blob: stored.key,
    mime,
    size: stored.size,
    width,
    height,
    tags: cleanTags(facts.tags, 'tags'),
    flags,
    exposure: description && exposureOf(description.exif),
  }
}

/** Without the folders of where it came from, and what no file's name has. */
function plainName(given: string): string {
  const name = given.slice(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1)
  return name
    .replaceAll(/\p{Cc}/gu, '')
    .trim()
    .slice(0, maxFilename)
    .toWellFormed()
}

function ahead({ taken, timeSource }: Pick<Capture, 'taken' | 'timeSource'>): DomainError {
  const from = timeSource === 'given' ? '' : timeSource === 'filename' ? ' (of its name)' : ' (of its EXIF)'
  return invalid(
    'taken_at',
    `taken_at${from} is ${new Date(taken).toISOString()}, more than 24 hours from now; set the camera's clock, or send when it was taken.`,
  )
}

async function insert(
  deps: SiteDeps,
  caller: SiteCaller,
  installation: Installation,
  draft: Capture,
  { bytes, content }: { bytes: PhotoBytes; content: PhotoContent },
): Promise<AddedCapture> {
  const { key, user } = caller
  let same: JudgedCapture | undefined
  let capture: JudgedCapture = { ...draft, score: null, label: null }
  const file: NewAsset = {
    folder: captureFolder(draft.installation),
    name: `${draft.id}.${bytes.format}`,
    unique: false,
    overwrite: false,
    stored: bytes.stored,
    ...(bytes.shared === undefined ? {} : { shared: true as const }),
    content,
    tags: draft.tags,
    keepsTags: false,
    keepsAiTags: false,
    customMetadata: () => ({}),
    isPrivate: true,
    isPublished: true,
    customCoordinates: null,
    description: undefined,
    createdBy: key === null ? (user.email ?? user.username) : key.label,
    origin: 'capture',
    async first(tx) {
      const there = await tx.installations.lock(draft.project, draft.installation)
      if (there === undefined) throw unknown('installation')
      same = await tx.captures.findSame(draft.installation, draft.camera, draft.sha256)
      if (same !== undefined) throw new DomainError('conflict', 'The photo is there already.')
    },
    async also(tx, asset) {
      const added = { ...draft, asset: asset.file }
      capture = { ...capture, ...added }
      await tx.captures.insert(added)
      await tellPhoto(deps, tx, caller, installation, capture)
      await noticePhoto(tx, caller, capture)
      await learnView(tx, added, content.description)
    },
  }
  try {
    await addAsset(deps.assets, caller, file)
    return { capture, duplicate: false }
  } catch (error) {
    // Of one camera at two installations at once, whose locks are two.
    same ??= isConflict(error)
      ? await deps.store.read.captures.findSame(draft.installation, draft.camera, draft.sha256)
      : undefined
    if (same === undefined) throw error
    return duplicateOf(caller, same)
  }
}

/**
 * What is there already; a camera may be told of what it sent itself, wherever it stood.
 * @throws DomainError conflict: it is a photo of an installation that the sender does not see
 */
function duplicateOf({ access, key }: SiteCaller, capture: JudgedCapture): AddedCapture {
  const isOwn = key?.camera != null && key.camera === capture.camera
  if (isOwn || rightAt(access, capture.installation) !== null) return { capture, duplicate: true }
  throw new DomainError('conflict', 'The camera has sent this photo for another installation already.', {
    param: 'camera_id',
  })
}

/** In the transaction that adds it. */
function tellPhoto(
  { assets, photoObject }: SiteDeps,
  tx: Repositories,
  { project, origin }: SiteCaller,
  { watermark }: Installation,
  capture: JudgedCapture,
): Promise<void> {
  const data = () => photoObject(capture, watermark !== null, { origin })
  return assets.events.tell(tx, project, { type: 'photo.created', subject: capture.id, data })
}

/** What the camera sends itself is a contact now; what somebody else sends tells when it last took photos. */
async function noticePhoto(tx: Repositories, { key }: SiteCaller, capture: Capture): Promise<void> {
  const { camera, project, taken, received } = capture
  if (camera === null) return
  await seeCamera(tx, { project, id: camera }, key?.camera === camera ? received : Math.min(taken, received))
  await noticeCapture(tx, capture)
}

const isConflict = (error: unknown) => error instanceof DomainError && error.code === 'conflict'
