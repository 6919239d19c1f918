/** What a purge drops (media-library-api.md section 9): renditions, and what is in memory, of every node. */
import { splitFilePath } from '../assets/names.ts'
import { releaseBlobs } from '../blobs/release.ts'
import type { Clock, MetadataStore } from '../ports.ts'
import type { Keeper } from '../renditions/keeper.ts'
import type { Renditions } from '../renditions/renditions.ts'

export interface PurgeDeps {
  store: MetadataStore
  clock: Clock
  renditions: Pick<Renditions, 'forget'>
  keeper: Pick<Keeper, 'dropOf'>
}

const atOnce = 200

/**
 * Drops everything that was cached for URLs of the project that the pattern covers (records.ts): all renditions of the
 * files there, whatever their transformations. Other nodes forget what they hold when the request is completed.
 * @returns how many renditions were dropped
 */
export async function purgeRenditions(deps: PurgeDeps, project: string, pattern: string): Promise<number> {
  const begins = pattern.endsWith('*')
  let dropped = 0
  for (const path of await paths(deps, project, begins ? pattern.slice(0, -1) : pattern)) {
    for await (const blobs of begins ? beginning(deps, project, path) : exactly(deps, project, path)) {
      dropped += await deps.keeper.dropOf(blobs)
      deps.renditions.forget(project, new Set(blobs))
    }
    dropped += await dropCopies(deps, project, path, begins)
  }
  return dropped
}

/** Blobs of all versions of the file. */
async function* exactly({ store }: PurgeDeps, project: string, path: string): AsyncGenerator<string[]> {
  const parts = splitFilePath(path)
  const folder = parts && (await store.read.folders.findByPath(project, parts.folder))
  const file = folder && (await store.read.assets.findByName(folder.id, parts.name))?.file
  if (file === undefined) return
  yield (await store.read.assets.versions(project, file)).map(({ blob }) => blob)
}

/** Blobs of files whose path begins so: in its own folder by their names, in all folders whose path begins so. */
async function* beginning({ store }: PurgeDeps, project: string, path: string): AsyncGenerator<string[]> {
  const cut = path.lastIndexOf('/')
  const own = await store.read.folders.findByPath(project, path.slice(0, cut))
  if (own !== undefined) yield* inFolder(store, own.id, path.slice(cut + 1))
  for (let after = '', more = true; more; ) {
    const page = await store.read.purges.folders(project, path, after, atOnce)
    for (const { id } of page) yield* inFolder(store, id, '')
    after = page.at(-1)?.path ?? after
    more = page.length === atOnce
  }
}

async function* inFolder(store: MetadataStore, folder: string, begins: string): AsyncGenerator<string[]> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { blobs, next }: { blobs: string[]; next?: string } = await store.read.purges.sources(
      folder,
      begins,
      after,
      atOnce,
    )
    yield blobs
    after = next
  }
}

/** Of files fetched from origins: they are fetched again. */
async function dropCopies(deps: PurgeDeps, project: string, path: string, begins: boolean): Promise<number> {
  const { store, clock } = deps
  let dropped = 0
  for (const { id } of await store.read.origins.list(project)) {
    for (let more = true; more; ) {
      const files = begins
        ? await store.read.originFiles.beginning(project, id, path, atOnce)
        : await store.read.originFiles.find(project, id, path).then((file) => (file === undefined ? [] : [file]))
      const blobs = files.map(({ blob }) => blob)
      await store.tx(async (tx) => {
        for (const file of files) await tx.originFiles.delete(file)
        await releaseBlobs(tx, clock, project, blobs)
      })
      dropped += await deps.keeper.dropOf(blobs)
      deps.renditions.forget(project, new Set(blobs))
      more = files.length === atOnce
    }
  }
  return dropped
}

/** Of files: without transformations, decoded; with and without the prefix of a URL endpoint. */
async function paths({ store }: PurgeDeps, project: string, raw: string): Promise<string[]> {
  const parts = raw
    .replaceAll(/\/{2,}/g, '/')
    .split('/')
    .slice(1)
    .map(decoded)
  const named = parts.filter((part, index) => index === parts.length - 1 || !part.startsWith('tr:'))
  const [first, ...rest] = named
  const prefixed = rest.length > 0 && (await store.read.urlEndpoints.findByPrefix(project, first ?? '')) !== undefined
  return [named, ...(prefixed ? [rest] : [])].map((one) => `/${one.join('/')}`)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
