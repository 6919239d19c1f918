/** All manifests: those that come with us, and the operator's own from the models folder. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Manifest, readManifest } from './manifest.ts'
import { knownModels } from './manifests/all.ts'

/**
 * A manifest of the folder replaces ours with the same id.
 * @throws Error that names the file and the fields at fault
 */
export async function readManifests(folder: string): Promise<Manifest[]> {
  const manifests = new Map<string, Manifest>()
  for (const known of knownModels) manifests.set(known.id, readManifest(known, `the manifest of ${known.id}`))
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((entry) => entry.endsWith('.json')).sort()) {
    const manifest = await readOwn(join(folder, name))
    manifests.set(manifest.id, manifest)
  }
  return [...manifests.values()]
}

async function readOwn(path: string): Promise<Manifest> {
  const text = await readFile(path, 'utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`${path} is not JSON`, { cause: error })
  }
  return readManifest(value, path)
}
