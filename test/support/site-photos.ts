/** Photos at installations for tests: a file of the library, and the capture that it is. */
import { createHash } from 'node:crypto'
import { prefixedUlid } from '../../src/core/ids.ts'
import type { Capture } from '../../src/core/sites/records.ts'
import { localAt } from '../../src/core/sites/zones.ts'
import { libraryClient } from './library-client.ts'
import type { TestServer } from './stack.ts'

/** Of the default project. */
export async function addPhoto(
  server: Pick<TestServer, 'url' | 'composed'>,
  installation: string,
  bytes: Buffer,
  fields: Partial<Capture> = {},
): Promise<Capture> {
  const { store, clock } = server.composed
  const filename = fields.filename ?? 'IMG_0412.JPG'
  const id = prefixedUlid('ph', clock.now())
  const uploaded = await libraryClient(server).upload({ file: bytes, fileName: `${id}.jpg`, isPrivateFile: 'true' })
  const asset = await store.read.assets.find('default', uploaded.json.fileId)
  const place = await store.read.installations.find('default', installation)
  if (asset === undefined || place === undefined) throw new Error(`not uploaded: ${JSON.stringify(uploaded.json)}`)
  const taken = fields.taken ?? clock.now()
  const capture: Capture = {
    id,
    asset: asset.file,
    project: 'default',
    installation,
    camera: null,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    taken,
    ...localAt(place.timezone, taken),
    timeSource: 'given',
    received: clock.now(),
    filename,
    blob: asset.blob,
    mime: asset.mime,
    size: asset.size,
    width: asset.width ?? 0,
    height: asset.height ?? 0,
    tags: [],
    flags: [],
    exposure: null,
    ...fields,
  }
  await store.tx(async (tx) => {
    await tx.installations.lock('default', installation)
    await tx.captures.insert(capture)
  })
  return capture
}
