/** What pictures say of themselves (media-library-api.md section 4.5), by the id or the URL of a file (section 6). */
import { descriptionOf } from '../../core/assets/describe.ts'
import type { Description } from '../../core/assets/descriptions.ts'
import { findFile } from '../../core/assets/find.ts'
import type { Asset } from '../../core/assets/records.ts'
import { findDelivered } from '../../core/delivery/delivered-file.ts'
import { invalid } from '../../core/errors.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { isDeliveryUrl, videoFields } from './resource.ts'

const noExif = { image: {}, thumbnail: {}, exif: {}, gps: {}, interoperability: {}, makernote: {} }

/** @param description null: no picture, or one that could not be read */
export function metadataObject(asset: Asset, description: Description | null) {
  const { height, width, size, format, alpha } = asset
  const sides = height === null || width === null ? {} : { height, width }
  if (asset.kind !== 'image') return { ...sides, ...videoFields(asset), size, format }
  return {
    ...sides,
    size,
    format,
    hasColorProfile: description?.hasColorProfile ?? false,
    quality: description?.quality ?? 0,
    density: description?.density ?? 0,
    hasTransparency: alpha ?? false,
    ...(description?.pHash == null ? {} : { pHash: description.pHash }),
    exif: description?.exif ?? noExif,
  }
}

async function byId({ api, caller, params }: EndpointContext) {
  const file = await findFile(api.deps.store.read, caller, params.fileId ?? '')
  return metadataObject(file, await descriptionOf(api.deps, caller, file))
}

async function byUrl(context: EndpointContext) {
  const { api, caller, request } = context
  const url = givenUrl(request.raw.url ?? '')
  if (!isDeliveryUrl(context, url)) throw invalid('url', 'The url must be an image URL of your account on this server.')
  const file = await findDelivered({ ...api.deps, sealer: api.sealer }, caller, url)
  return metadataObject(file, await descriptionOf(api.deps, caller, file))
}

/**
 * What follows `url=`: client v6 appends it as it is, with a query of its own; others encode it.
 * @param target of the request
 */
export function givenUrl(target: string): URL {
  const tail = /[?&]url=(.+)$/.exec(target)?.[1]
  if (tail === undefined) throw invalid('url', 'Your request is missing url parameter.')
  const url = /^https?:\/\//i.test(tail) ? tail : decoded(tail.replace(/&.*$/, ''))
  if (url === undefined || !URL.canParse(url)) throw invalid('url', 'The url must be a whole URL with http or https.')
  return new URL(url)
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

export const metadataEndpoints: Endpoint[] = [
  { method: 'GET', path: '/v1/files/:fileId/metadata', group: 'files', level: 'read', handle: byId },
  { method: 'GET', path: '/v1/metadata', group: 'files', level: 'read', handle: byUrl },
]
