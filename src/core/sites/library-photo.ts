/** A picture that is in the library already becomes a photo of an installation (site-photos-api.md section 8, "large files"). */
import { DomainError } from '../errors.ts'
import { unknown } from './access.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import { type PhotoBytes, photoFormat } from './photo-bytes.ts'

/**
 * The bytes of the file's current version, to be shared.
 * @throws DomainError not_found, also for another project's files; unsupported_format; too_large
 */
export async function findLibraryPhoto(
  { store, assets }: Pick<SiteDeps, 'store' | 'assets'>,
  { project }: Pick<SiteCaller, 'project'>,
  id: string,
): Promise<{ name: string; bytes: PhotoBytes }> {
  const asset = await store.read.assets.find(project.id, id)
  const blob = asset && (await store.read.blobs.find(asset.blob))
  if (asset === undefined || blob === undefined) throw unknown('file', 'file_id')
  const format = photoFormat(asset.format)
  const { key, size, sha256, crc32 } = blob
  if (assets.maxUploadBytes > 0 && size > assets.maxUploadBytes) {
    throw new DomainError('too_large', `The file is larger than ${assets.maxUploadBytes} bytes.`, { param: 'file_id' })
  }
  return { name: asset.name, bytes: { format, shared: true, stored: { key, size, sha256, crc32 } } }
}
