/** Brings a model's file into the models folder: from a hub, a mirror of it, or a folder. */
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DomainError } from '../../core/errors.ts'
import type { Fetcher } from '../../core/ports.ts'
import { download } from './download.ts'
import { hashFile } from './hashes.ts'
import { type Manifest, tierOf } from './manifest.ts'
import { placeOf, readPulled, writeWhole } from './places.ts'

export interface PullOptions {
  manifest: Manifest
  /** The models folder. */
  folder: string
  /** Address of the hub or its mirror, without a slash at the end; or a folder of files. */
  from: { url: string } | { folder: string }
  fetcher: Pick<Fetcher, 'fetch'>
  /** What the operator says the file's hash is. */
  sha256?: string
  now: number
  onProgress?: (received: number, total: number | undefined) => void
  signal?: AbortSignal
  pauseMs?: number
}

export interface PullResult {
  path: string
  sha256: string
  /** Nobody had said what the hash should be: it was written down, and later files must have it. */
  trusted: boolean
}

/** @throws DomainError: invalid (no such file to pull, wrong hash), and as `download` */
export async function pullModel(options: PullOptions): Promise<PullResult> {
  const { manifest, folder, from, now } = options
  if (tierOf(manifest) === 'bundled') {
    throw new DomainError('invalid', `${manifest.id} comes with an npm package and is converted by itself.`)
  }
  const known = manifest.sha256 ?? options.sha256 ?? (await readPulled(folder, manifest.id))?.sha256
  if (manifest.sha256 !== null && options.sha256 !== undefined && options.sha256 !== manifest.sha256) {
    throw new DomainError('invalid', `The manifest of ${manifest.id} says SHA-256 ${manifest.sha256}, not --sha256.`)
  }
  const path = placeOf(manifest, folder)
  let sha256 = ''
  const check = async (part: string) => {
    sha256 = await hashFile(part)
    if (known === undefined || known === sha256) return
    const way = manifest.sha256 === null ? `; to take it nevertheless, say --sha256 ${sha256}` : ''
    throw new DomainError('invalid', `What came for ${manifest.id} has SHA-256 ${sha256}, not ${known}${way}.`)
  }
  await bring(options, fileOf(manifest), path, check)
  if (manifest.sha256 === null) {
    const source = 'url' in from ? from.url : from.folder
    const record = { sha256, from: source, at: new Date(now).toISOString() }
    await writeWhole(join(folder, manifest.id, 'pulled.json'), `${JSON.stringify(record, null, 2)}\n`)
  }
  return { path, sha256, trusted: known === undefined }
}

/** Further files of a model, such as its tokenizer; their hashes are nobody's but their model's concern. */
export async function bring(
  { manifest, from, fetcher, onProgress, signal, pauseMs }: PullOptions,
  file: string,
  path: string,
  check: (path: string) => Promise<void> = async () => {},
): Promise<void> {
  if ('folder' in from) return await copy(manifest, from.folder, file, path, check)
  if (manifest.source.kind !== 'hub') {
    throw new DomainError(
      'invalid',
      `${manifest.id} is on no hub: ${manifest.howTo ?? 'bring its file'}; then pull it --from that folder.`,
    )
  }
  const { repository, revision } = manifest.source
  const url = `${from.url}/${repository}/resolve/${encodeURIComponent(revision)}/${file}`
  const further = {
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
    ...(pauseMs !== undefined && { pauseMs }),
  }
  await download({ fetcher, url, path, check, ...further })
}

/** As in the repository or flat: both are what people have. */
async function copy(
  { id }: Manifest,
  folder: string,
  file: string,
  path: string,
  check: (path: string) => Promise<void>,
): Promise<void> {
  const part = `${path}.part`
  await mkdir(dirname(path), { recursive: true })
  const names = [join(folder, file), join(folder, file.replace(/^.*\//, ''))]
  try {
    for (const name of names) {
      try {
        await copyFile(name, part)
        await check(part)
        await rename(part, path)
        return
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
      }
    }
  } finally {
    await rm(part, { force: true })
  }
  throw new DomainError('not_found', `There is no ${names.join(' and no ')} for ${id}.`)
}

function fileOf({ source }: Manifest): string {
  return source.file
}
