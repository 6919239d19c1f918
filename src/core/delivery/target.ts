/** Takes an image URL apart (image-urls.md section 1): from the raw request target, never from decoded parts. */
import { DomainError } from '../errors.ts'

export interface Target {
  project: string
  /** Path of the file below the project (and the endpoint's prefix, if it has one), decoded, beginning with a slash. */
  path: string
  /** Transformation texts, decoded once: of the path, then of the query. */
  transformations: string[]
  /** `ik-obj-version` */
  version?: string
  /** `ik-attachment=true` */
  attachment: boolean
  /** `ik-s`, `ik-t` */
  signature?: string
  expires?: string
  /** The raw path and query as they came. */
  raw: { path: string; query: string }
}

/** @throws DomainError not_found: nothing can be there; invalid: malformed escapes */
export function parseTarget(target: string): Target {
  const [path = '', query = ''] = splitOnce(target, '?')
  const segments = path.split('/').filter((part) => part !== '')
  const [project = '', ...rest] = segments.map(decoded)
  const transformations: string[] = []
  const parts = rest.filter((part, index) => {
    if (!part.startsWith('tr:') || index === rest.length - 1) return true
    transformations.push(part.slice(3))
    return false
  })
  const params = new URLSearchParams(query)
  const tr = params.get('tr')
  if (tr !== null) transformations.push(tr)
  const version = params.get('ik-obj-version')
  const [signature, expires] = [params.get('ik-s'), params.get('ik-t')]
  return {
    project,
    path: `/${parts.join('/')}`,
    transformations,
    ...(version === null ? {} : { version }),
    attachment: params.get('ik-attachment') === 'true',
    ...(signature === null ? {} : { signature }),
    ...(expires === null ? {} : { expires }),
    raw: { path, query },
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new DomainError('invalid', `"${part.slice(0, 60)}" in the path is no valid percent-encoding.`, {
      param: 'path',
    })
  }
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
