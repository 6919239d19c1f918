/** The file of the library that an image URL shows, its original: for APIs that speak of files by their URLs. */
import { checkId, unknownFile } from '../assets/find.ts'
import type { PlacedAsset } from '../assets/records.ts'
import type { Caller } from '../caller.ts'
import { DomainError, invalid } from '../errors.ts'
import { type AccessDeps, authorise, refusePrivate } from './access.ts'
import { findPlace } from './place.ts'
import { parseTarget } from './target.ts'

/**
 * Transformations in the URL count for nothing here.
 * @param url on this server
 * @throws DomainError `not_found`: no such file, another project; `invalid` with param `url`: not delivered (a draft, or a
 * private file without a good signature)
 */
export async function findDelivered(
  deps: AccessDeps,
  { project }: Pick<Caller, 'project'>,
  { pathname, search }: URL,
): Promise<PlacedAsset> {
  try {
    const target = parseTarget(`${pathname}${search}`)
    if (target.project !== project.id) throw unknownFile('url')
    if (target.version !== undefined) checkId(target.version, 'versionId')
    const place = await findPlace(deps.store.read, target)
    const { asset } = place
    if (asset === undefined) throw unknownFile('url')
    if (!asset.isPublished) {
      throw invalid('url', 'The file of this url is a draft, which no URL shows; ask by its fileId.')
    }
    const pass = await authorise(deps, { project, target, place, expanded: { of: 'nothing' }, client: undefined })
    refusePrivate(asset, pass, true)
    return asset
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    if (error.code === 'unauthenticated') throw invalid('url', `${error.message} Or ask by its fileId.`)
    // A path that can be nothing.
    throw error.code === 'not_found' || error.param === 'path' ? unknownFile('url') : error
  }
}
