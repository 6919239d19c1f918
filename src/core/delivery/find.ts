/** The file that an image URL shows. */
import { splitFilePath } from '../assets/names.ts'
import type { PlacedAsset } from '../assets/records.ts'
import { DomainError } from '../errors.ts'
import type { Repositories } from '../ports.ts'
import type { Target } from './target.ts'

/** @throws DomainError not_found with param `path`: no such file, a draft */
export async function findTarget(
  { folders, assets }: Pick<Repositories, 'folders' | 'assets'>,
  { project, path }: Pick<Target, 'project' | 'path'>,
): Promise<PlacedAsset> {
  const place = splitFilePath(path)
  const folder = place && (await folders.findByPath(project, place.folder))
  const current = folder && (await assets.findByName(folder.id, place.name))
  if (folder === undefined || current === undefined || !current.isPublished) throw noFile(path)
  return { ...current, folderPath: folder.path }
}

const noFile = (path: string) =>
  new DomainError('not_found', `There is no file at ${path.slice(0, 200)}.`, { param: 'path' })
