/** The archive of an export as media: put together while it is sent, from bytes that the export holds. */
import { DomainError } from '../../errors.ts'
import { layoutZip, type ZipEntry, zipStream } from '../../zip.ts'
import { unknown } from '../access.ts'
import type { SiteDeps } from '../deps.ts'
import type { MediaSource } from '../media.ts'
import { findExport } from './begin.ts'
import { manifestName } from './manifest.ts'
import type { SiteExport } from './records.ts'

type Deps = Pick<SiteDeps, 'store'>

interface Entry extends ZipEntry {
  blob: string
}

const rowsAtOnce = 5000

/** The list first, then the photos. About 400 bytes of memory for each while the archive is sent. */
export async function entriesOf(
  { store }: Deps,
  { id, manifest, finished }: Pick<SiteExport, 'id' | 'manifest' | 'finished'>,
  list: { size: number; crc32: number },
): Promise<Entry[]> {
  if (manifest === null || finished === null) throw new DomainError('internal', 'An export without its list.')
  const entries: Entry[] = [{ name: manifestName, ...list, modified: finished, blob: manifest }]
  for (let from = 0; ; ) {
    const rows = await store.read.siteExports.layout(id, from, rowsAtOnce)
    for (const { name, size, crc32, taken, blob } of rows) entries.push({ name, size, crc32, modified: taken, blob })
    const last = rows.at(-1)
    if (last === undefined || rows.length < rowsAtOnce) return entries
    from = last.position + 1
  }
}

/** The archives of exports. */
export const exportFiles: MediaSource = {
  prefix: 'ex',
  async find(deps, caller, id, variant) {
    const found = await findExport(deps, caller, id)
    if (variant !== 'zip') throw unknown('variant', 'variant')
    const { status, manifest, finished, size } = found
    if (status !== 'done' || manifest === null || finished === null) {
      throw new DomainError('conflict', `The export is ${status}; ask for its status and fetch it when it is done.`)
    }
    return {
      rev: finished.toString(36),
      filename: `photos-${new Date(found.created).toISOString().slice(0, 10)}-${id.slice(-6).toLowerCase()}.zip`,
      open: async () => ({
        type: 'application/zip',
        size,
        etag: `${id}-${finished.toString(36)}`,
        modified: finished,
        body: {
          async open(range, signal) {
            const list = await deps.store.read.blobs.find(manifest)
            if (list?.crc32 === undefined || list.crc32 === null) throw unknown('export')
            const entries = await entriesOf(deps, found, { size: list.size, crc32: list.crc32 })
            const layout = layoutZip(entries)
            if (layout.length !== size) throw new DomainError('internal', 'The export is damaged; make it again.')
            return zipStream(
              layout,
              (index, part, gone) =>
                deps.blobs.get(entries[index]?.blob ?? '', {
                  ...(part === undefined ? {} : { range: part }),
                  signal: AbortSignal.any([gone, signal]),
                }),
              range,
            )
          },
        },
      }),
    }
  },
}
