/**
 * Takes an image URL apart (image-urls.md section 1): from the raw request target, never from decoded parts. Nothing here
 * knows what is stored: which endpoint and which file it means is decided in place.ts.
 */
import { DomainError, invalid } from '../errors.ts'

/** A segment of the path as it came, and decoded once. */
export interface Segment {
  raw: string
  text: string
}

export interface Target {
  project: string
  /** Path below the project without doubled slashes and without `tr:` segments. */
  segments: readonly Segment[]
  /** Transformation texts, decoded once: of the path, then of the query. */
  transformations: readonly string[]
  /** Query parameters that nobody reserves; some rewriters of URL endpoints read them. */
  others: ReadonlyMap<string, string>
  /** `ik-obj-version` */
  version?: string
  /** `ik-attachment=true` */
  attachment: boolean
  /** `updatedAt` or `v` is given: another picture has another URL. */
  dated: boolean
  /** `ik-s`, `ik-t` */
  signature?: string
  expires?: string
  /** The raw path and query as they came. */
  raw: { path: string; query: string }
}

const reserved = new Set(['tr', 'ik-s', 'ik-t', 'ik-obj-version', 'ik-attachment', 'ik-sdk-version', 'updatedAt', 'v'])

/** A remote picture's address, which may end in a slash; a file's path never does. */
const hasUrl = /\/https?(:|%3a)/i

/** @throws DomainError not_found: nothing can be there; invalid: malformed escapes, zero bytes */
export function parseTarget(target: string): Target {
  const [path, query] = splitOnce(originForm(target), '?')
  const [project, ...rest] = path.split('/').flatMap((raw) => (raw === '' ? [] : { raw, text: decoded(raw) }))
  if (project === undefined || (path.endsWith('/') && !hasUrl.test(path)))
    throw new DomainError('not_found', 'The path names no file.', { param: 'path' })
  const isTransformation = ({ text }: Segment, index: number) => text.startsWith('tr:') && index < rest.length - 1
  const params = new URLSearchParams(query)
  const tr = params.get('tr')
  const version = params.get('ik-obj-version')
  const [signature, expires] = [params.get('ik-s'), params.get('ik-t')]
  return {
    project: project.text,
    segments: rest.filter((segment, index) => !isTransformation(segment, index)),
    transformations: [
      ...rest.filter(isTransformation).map(({ text }) => text.slice(3)),
      ...(tr === null || tr === '' ? [] : [tr]),
    ],
    others: new Map([...params].filter(([name]) => !reserved.has(name))),
    ...(version === null ? {} : { version }),
    attachment: params.get('ik-attachment') === 'true',
    dated: params.has('updatedAt') || params.has('v'),
    ...(signature === null ? {} : { signature }),
    ...(expires === null ? {} : { expires }),
    raw: { path, query },
  }
}

/** Path and query: HTTP allows a whole URL in their place. */
function originForm(target: string): string {
  return /^https?:\/\//i.test(target) ? target.replace(/^[^:]+:\/\/[^/?]*/, '') : target
}

function decoded(raw: string): string {
  let text: string
  try {
    text = decodeURIComponent(raw)
  } catch (cause) {
    const message = `"${raw.slice(0, 60)}" in the path is no valid percent-encoding of UTF-8.`
    throw new DomainError('invalid', message, { param: 'path', cause })
  }
  if (text.includes('\0')) throw invalid('path', 'The path must not contain zero bytes.')
  return text
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
