/**
 * Where an image URL points (image-urls.md section 1): the URL endpoint, the form of the path, the path itself and the
 * file of the library there, if there is one.
 */
import { splitFilePath } from '../assets/names.ts'
import type { PlacedAsset } from '../assets/records.ts'
import { DomainError, invalid } from '../errors.ts'
import { defaultEndpoint, type UrlEndpoint } from '../origins/records.ts'
import type { Recent } from './recent.ts'
import { rewritten } from './rewrite.ts'
import { noFile } from './source.ts'
import type { Segment, Target } from './target.ts'

/** What the last segments ask for besides the file. */
export type Form = 'file' | 'thumbnail'

export interface Place {
  /** Undefined: the default one, which nobody changed. */
  endpoint: UrlEndpoint | undefined
  /** How many segments are the endpoint's prefix: signatures do not cover it. */
  prefix: 0 | 1
  /** Below the endpoint, decoded, with a slash at its beginning. */
  path: string
  /** The path is a whole URL: for an endpoint with a web proxy. */
  remote?: string
  form: Form
  /** Texts that a rewriter found in the URL, before those of the target. */
  transformations: readonly string[]
  /** Also a draft. */
  asset?: PlacedAsset
}

type Repos = Pick<Recent, 'assets' | 'urlEndpoints'>

/**
 * A file of the library counts wherever it is, also in a folder that is called like the prefix of an endpoint.
 * @throws DomainError not_found: a path that can be nothing; invalid: a form for videos
 */
export async function findPlace(repositories: Repos, target: Target): Promise<Place> {
  const endpoints = await repositories.urlEndpoints.list(target.project)
  const [first] = target.segments
  const prefixed =
    target.segments.length > 1
      ? endpoints.find(({ urlPrefix }) => urlPrefix !== '' && urlPrefix === first?.text)
      : undefined
  const places = [
    readPlace(
      target,
      endpoints.find(({ id }) => id === defaultEndpoint),
      0,
    ),
    prefixed && readPlace(target, prefixed, 1),
  ].filter((place) => place !== undefined)
  let last: Place | undefined
  for (const place of places) {
    last = place
    const asset = await findAsset(repositories, target.project, place)
    if (asset !== undefined) return { ...place, asset: await versionOf(repositories, asset, target, place.path) }
  }
  if (last === undefined) throw noFile(target.raw.path)
  return last
}

/** The current version at a path of the library. */
export async function findAsset(
  { assets }: Pick<Repos, 'assets'>,
  project: string,
  { path, remote }: Pick<Place, 'path' | 'remote'>,
): Promise<PlacedAsset | undefined> {
  const parts = remote === undefined ? splitFilePath(path) : undefined
  return parts && assets.findByPath(project, parts.folder, parts.name)
}

/** `ik-obj-version`: that version of the file at the path. */
async function versionOf(
  { assets }: Pick<Repos, 'assets'>,
  current: PlacedAsset,
  { project, version }: Target,
  path: string,
): Promise<PlacedAsset> {
  const wanted =
    version === undefined
      ? current
      : /^[0-9a-f]{24}$/.test(version)
        ? await assets.findVersion(project, current.file, version)
        : undefined
  if (wanted === undefined) throw noFile(path)
  return wanted
}

/** @returns undefined: a path that can be nothing */
function readPlace(target: Target, endpoint: UrlEndpoint | undefined, prefix: 0 | 1): Place | undefined {
  const segments = target.segments.slice(prefix)
  const remote = remoteUrl(segments)
  if (remote !== undefined) return { endpoint, prefix, path: `/${remote}`, remote, form: 'file', transformations: [] }
  const texts = segments.map(({ text }) => text)
  // A slash that was encoded is none of the path.
  if (texts.length === 0 || texts.some((text) => text === '.' || text === '..' || text.includes('/'))) return undefined
  const { path, transformations } = rewritten(endpoint?.urlRewriter ?? null, texts, target.others)
  const { form, parts } = readForm(path)
  return { endpoint, prefix, path: `/${parts.join('/')}`, form, transformations }
}

function readForm(parts: readonly string[]): { form: Form; parts: readonly string[] } {
  const last = parts.at(-1) ?? ''
  if (parts.length > 1) {
    if (last === 'ik-thumbnail.jpg') return { form: 'thumbnail', parts: parts.slice(0, -1) }
    if (/^ik-(gif-video\.mp4|video\.mp4|master\.(m3u8|mpd))$/.test(last)) {
      throw invalid('path', `${last}: videos are delivered as they are, they are not converted or streamed adaptively.`)
    }
  }
  // "ik-seo/<path without extension>/<any-name>.<ext>"
  if (parts.length > 2 && parts[0] === 'ik-seo') {
    const extension = /\.[^.]+$/.exec(last)?.[0]
    if (extension === undefined) throw new DomainError('not_found', 'After ik-seo/ the last part needs an extension.')
    const named = parts.slice(1, -1)
    return { form: 'file', parts: [...named.slice(0, -1), `${named.at(-1)}${extension}`] }
  }
  return { form: 'file', parts }
}

/** A whole URL as the path: percent-encoded, or as it is, whose doubled slash did not survive. */
function remoteUrl([first, ...rest]: readonly Segment[]): string | undefined {
  if (first === undefined) return undefined
  const below = rest.map(({ raw }) => raw).join('/')
  if (/^https?:\/\/[^/]/i.test(first.text)) return below === '' ? first.text : `${first.text}/${below}`
  return /^https?:$/i.test(first.text) && below !== '' ? `${first.text.toLowerCase()}//${below}` : undefined
}
