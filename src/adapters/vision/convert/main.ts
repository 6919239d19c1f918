/**
 * Converts bundled models into a folder: `node main.js <folder> [id …]`, without ids the standard ones. A process of its
 * own, because it computes for about a second; the build runs it, and the shelf when the build's files are not there.
 */
import { createHash } from 'node:crypto'
import { hashFile } from '../hashes.ts'
import { readManifests } from '../manifests.ts'
import { modelFile, writeWhole } from '../places.ts'
import { convertPackage } from './convert.ts'

const [folder, ...ids] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: main.js <folder> [id …]')
for (const { id, source, sha256, standard } of await readManifests(folder)) {
  if (source.kind !== 'package' || !(ids.length === 0 ? standard : ids.includes(id))) continue
  const path = modelFile(folder, id)
  if ((await hashFile(path).catch(() => null)) === sha256) continue
  const bytes = await convertPackage(source)
  const made = createHash('sha256').update(bytes).digest('hex')
  if (made !== sha256)
    throw new Error(`${id} became SHA-256 ${made}, not ${sha256}: is ${source.package} another version?`)
  await writeWhole(path, bytes)
}
