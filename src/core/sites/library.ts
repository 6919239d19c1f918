/**
 * What the library does to files that are captures (site-photos-api.md section 7, design section 10): when the file goes, the
 * capture goes for good; its tags are those of the file. Called in the library's own transactions, under the locks of the
 * files' folders.
 */
import type { Asset } from '../assets/records.ts'
import type { Repositories } from '../ports.ts'
import { installationOf } from './folder.ts'

type Named = Pick<Asset, 'file'>

/** The files were deleted: their captures go with all that counts them. */
export async function dropCaptures(tx: Repositories, project: string, files: readonly string[]): Promise<void> {
  const captures = await held(tx, project, files)
  if (captures.length === 0) return
  await tx.captures.delete(
    project,
    captures.map(({ id }) => id),
  )
}

/** Captures of an installation that go together with its folder. */
const atOnce = 500

/**
 * The folder is being deleted: where it is that of an installation, its captures go at once. Of one with more of them those
 * that are left go with their files, which a job deletes.
 */
export async function dropCapturesBelow(tx: Repositories, project: string, path: string): Promise<void> {
  const installation = installationOf(path)
  if (installation === undefined) return
  await tx.captures.hold([installation])
  const some = await tx.captures.some(project, installation, atOnce)
  await tx.captures.delete(
    project,
    some.map(({ id }) => id),
  )
}

/** The files have these tags now. */
export async function retagCaptures(
  tx: Repositories,
  project: string,
  files: readonly (Named & Pick<Asset, 'tags' | 'origin'>)[],
): Promise<void> {
  const ours = files.filter(({ origin }) => origin === 'capture')
  const tags = new Map(ours.map((file) => [file.file, file.tags]))
  const captures = await held(tx, project, [...tags.keys()])
  if (captures.length === 0) return
  const changes = captures.map(({ id, asset }) => ({ id, patch: { tags: tags.get(asset) ?? [] } }))
  await tx.captures.updateMany(project, changes)
}

/** Captures of these files, with their installations locked. */
async function held(tx: Repositories, project: string, files: readonly string[]) {
  const captures = await tx.captures.ofAssets(project, files)
  const installations = [...new Set(captures.map(({ installation }) => installation))]
  if (installations.length > 0) await tx.captures.hold(installations)
  return captures
}
