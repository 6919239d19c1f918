/** A picture that is in the library already becomes a photo of an installation (site-photos-api.md section 8, "large files"). */

import type { Asset } from '../assets/records.ts'
import { DomainError } from '../errors.ts'
import { includes, rightAt, unknown } from './access.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import { type PhotoBytes, photoFormat } from './photo-bytes.ts'

type Seen = Pick<SiteCaller, 'project' | 'access'>

/** Whoever has the id of a file of the library may use it; a photo's file needs the right to its original. */
export async function mayUse(
  { store }: Pick<SiteDeps, 'store'>,
  { project, access }: Seen,
  { origin, file }: Pick<Asset, 'origin' | 'file'>,
): Promise<boolean> {
  if (origin !== 'capture') return true
  const [capture] = await store.read.captures.ofAssets(project.id, [file])
  return capture !== undefined && includes(rightAt(access, capture.installation), 'download')
}

/**
 * The bytes of the file's current version, to be shared.
 * @throws DomainError not_found, also for another project's files and photos that the caller may not download; unsupported_format; too_large
 */
export async function findLibraryPhoto(
  { store, assets }: Pick<SiteDeps, 'store' | 'assets'>,
  caller: Seen,
  id: string,
): Promise<{ name: string; bytes: PhotoBytes }> {
  const asset = await store.read.assets.find(caller.project.id, id)
  const blob = asset && (await store.read.blobs.find(asset.blob))
  if (asset === undefined || blob === undefined || !(await mayUse({ store }, caller, asset))) {
    throw unknown('file', 'file_id')
  }
  const format = photoFormat(asset.format)
  const { key, size, sha256, crc32 } = blob
  if (assets.maxUploadBytes > 0 && size > assets.maxUploadBytes) {
    throw new DomainError('too_large', `The file is larger than ${assets.maxUploadBytes} bytes.`, { param: 'file_id' })
  }
  return { name: asset.name, bytes: { format, shared: true, stored: { key, size, sha256, crc32 } } }
}
