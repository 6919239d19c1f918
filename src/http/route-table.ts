/** Every route as registered, for what Fastify does not tell: which verbs a path knows (405), and which first segments are taken. */
import type { FastifyInstance, RouteOptions } from 'fastify'

export interface RouteTable {
  /** Verbs of all routes whose pattern matches the path, sorted; empty when none does. A route for every path counts for none. */
  verbs(path: string): string[]
  /** First path segments of all routes: no valid project ids. */
  firstSegments(): Set<string>
  /** Every route as it was registered. */
  all(): { verb: string; url: string }[]
}

export function collectRoutes(app: FastifyInstance): RouteTable {
  const routes: { verbs: string[]; url: string; pattern: RegExp; first: string }[] = []
  app.addHook('onRoute', ({ method, url }: RouteOptions) => {
    if (url === '/*' || url === '*') return
    const verbs = [method].flat().map((verb) => String(verb))
    routes.push({ verbs, url, pattern: toPattern(url), first: url.split('/')[1] ?? '' })
  })
  return {
    verbs(path) {
      const verbs = routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.verbs)
      return [...new Set(verbs)].filter((verb) => verb !== 'OPTIONS').sort()
    },
    firstSegments: () => new Set(routes.map(({ first }) => first).filter((first) => first !== '' && first !== '*')),
    all: () => routes.flatMap(({ verbs, url }) => verbs.map((verb) => ({ verb, url }))),
  }
}

/** `/v1/task/:task` and a trailing `*` as a regular expression; a trailing slash is ignored as the router does. */
function toPattern(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => {
      if (part === '*') return '.*'
      return part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    })
    .join('/')
  return new RegExp(`^${source}/?$`)
}
