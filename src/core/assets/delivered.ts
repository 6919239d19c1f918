/** The file that an image URL of a project shows, its original. Transformations in the URL count for nothing here. */
import type { Caller } from '../caller.ts'
import { invalid } from '../errors.ts'
import type { Repositories } from '../ports.ts'
import { findVersion, unknownFile } from './find.ts'
import { splitFilePath } from './names.ts'
import type { PlacedAsset } from './records.ts'

/**
 * @param url on this server; its path begins with the project
 * @throws DomainError `not_found`: no such file, another project; `invalid` with param `url`: malformed, or not delivered
 * (a draft, or a private file without a signature)
 */
export async function findDelivered(
  { folders, assets }: Pick<Repositories, 'folders' | 'assets'>,
  caller: Pick<Caller, 'project'>,
  url: URL,
): Promise<PlacedAsset> {
  const { id: project } = caller.project
  const path = pathBelow(url, project)
  const place = path === undefined ? undefined : splitFilePath(path)
  const folder = place && (await folders.findByPath(project, place.folder))
  const current = folder && (await assets.findByName(folder.id, place.name))
  if (folder === undefined || current === undefined) throw unknownFile('url')
  const version = url.searchParams.get('ik-obj-version')
  const file =
    version === null
      ? { ...current, folderPath: folder.path }
      : await findVersion({ assets }, caller, current.file, version)
  if (!file.isPublished) throw invalid('url', 'The file of this url is a draft, which no URL shows; ask by its fileId.')
  // The key says who asks; the signature, that the URL is one that works.
  if (file.isPrivate && !url.searchParams.has('ik-s')) {
    throw invalid('url', 'The file of this url is private; send a signed URL, or ask by its fileId.')
  }
  return file
}

/** The path below the project, decoded, without a transformation at its beginning. */
function pathBelow({ pathname }: URL, project: string): string | undefined {
  const [, first, ...parts] = pathname.split('/')
  if (first !== project) return undefined
  const below = parts.filter((part, index) => index > 0 || !/^tr(:|%3a)/i.test(part)).map(decoded)
  // A slash that was encoded is none of the path.
  return below.some((part) => part === undefined || part.includes('/')) ? undefined : below.join('/')
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
