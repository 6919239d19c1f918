/** Files of films: from the engine's work files into the store, and out as media (site-photos-api.md section 6). */
import type { BlobFacts } from '../blobs/records.ts'
import { discardBytes } from '../blobs/stored.ts'
import { DomainError } from '../errors.ts'
import { blobKey } from '../ids.ts'
import type { Repositories } from '../ports.ts'
import type { FilmFormat } from '../processing/film.ts'
import { rightAt, unknown } from './access.ts'
import type { SiteDeps } from './deps.ts'
import type { MediaSource } from './media.ts'
import { findTimelapse, mayWatch } from './timelapses.ts'

export const filmTypes: Record<FilmFormat, string> = {
  mp4: 'video/mp4',
  webm: 'video/webm',
  webp: 'image/webp',
  gif: 'image/gif',
}

export interface WorkFile {
  path: string
  facts: BlobFacts
  type: string
}

/**
 * Moves the files into the store and commits what refers to them; when that fails nothing of them stays.
 * @param commit is told their keys, in the same order
 */
export async function keepFiles<T>(
  { store, blobs, clock }: Pick<SiteDeps, 'store' | 'blobs' | 'clock'>,
  project: string,
  files: readonly WorkFile[],
  commit: (tx: Repositories, keys: readonly string[]) => Promise<T>,
): Promise<T> {
  const kept: { key: string; file: WorkFile }[] = []
  try {
    for (const file of files) {
      const key = blobKey(project)
      kept.push({ key, file })
      await blobs.adopt(file.path, key, file.facts)
    }
    return await store.tx(async (tx) => {
      for (const { key, file } of kept) {
        const { size, sha256, crc32 } = file.facts
        const row = { key, project, size, sha256, crc32, type: file.type, encryption: null, refs: 1 }
        await tx.blobs.insert({ ...row, created: clock.now() })
      }
      return commit(
        tx,
        kept.map(({ key }) => key),
      )
    })
  } catch (error) {
    for (const { key } of kept) await discardBytes(blobs, { key })
    throw error
  }
}

export const timelapseFiles: MediaSource = {
  prefix: 'tl',
  async find(deps, caller, id, variant) {
    const film = await findTimelapse(deps, caller, id)
    if (variant !== 'video' && variant !== 'poster') throw unknown('variant', 'variant')
    const blob = film[variant]
    if (blob === null || film.status !== 'done') throw unknown('file')
    if (!mayWatch(caller, film)) {
      const right = rightAt(caller.access, film.installation)
      throw new DomainError('forbidden', `With the right ${right} you may not see films without a watermark.`)
    }
    const name = blob.split('/').at(-1) ?? ''
    return {
      rev: name.slice(0, 12),
      filename: variant === 'video' ? `${id}.${film.format}` : `${id}.jpg`,
      async open({ format }) {
        if (format !== undefined) {
          throw new DomainError('invalid', 'format is for photos only.', { param: 'format' })
        }
        const row = await deps.store.read.blobs.find(blob)
        if (row === undefined) throw unknown('file')
        const { type, size } = row
        return { type, size, etag: name, modified: film.finished ?? film.created, body: { blob } }
      },
    }
  },
}
