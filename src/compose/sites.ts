/** The wiring of the Sites API and its jobs. */
import type { SitesApi } from '../apis/sites/endpoint.ts'
import type { Config } from '../config.ts'
import type { LimitStore } from '../core/ports.ts'
import type { SiteDeps } from '../core/sites/deps.ts'
import type { WebSessions } from '../core/users/web-sessions.ts'
import type { BodyLimits } from '../http/body.ts'
import { createSessionCookies } from '../http/session-cookie.ts'
import type { Handler } from '../jobs/runner.ts'

export interface SiteParts {
  config: Config
  deps: SiteDeps
  limits: LimitStore
  bodyLimits: BodyLimits
  webSessions: WebSessions
}

export function composeSites({ config, deps, limits, bodyLimits, webSessions }: SiteParts): {
  api: SitesApi
  jobs: Handler[]
} {
  const publicOrigin = config.PUBLIC_URL === undefined ? undefined : new URL(config.PUBLIC_URL).origin
  return {
    api: {
      deps,
      limits,
      limited: config.LIMITS,
      bodyLimits,
      publicOrigin,
      webSessions,
      cookies: createSessionCookies(publicOrigin),
    },
    jobs: [],
  }
}
