/** The wiring of the Sites API and its jobs. */
import type { SitesApi } from '../apis/sites/endpoint.ts'
import type { Config } from '../config.ts'
import type { LimitStore } from '../core/ports.ts'
import type { SiteDeps } from '../core/sites/deps.ts'
import { createMediaLinks } from '../core/sites/links.ts'
import { createMediaKeys } from '../core/sites/media-keys.ts'
import { createSharePasswords } from '../core/sites/share-passwords.ts'
import type { WebSessions } from '../core/users/web-sessions.ts'
import type { BodyLimits } from '../http/body.ts'
import { createSessionCookies } from '../http/session-cookie.ts'
import type { Handler } from '../jobs/runner.ts'

export interface SiteParts {
  config: Config
  deps: Omit<SiteDeps, 'links'>
  limits: LimitStore
  bodyLimits: BodyLimits
  webSessions: WebSessions
}

export function composeSites({ config, deps: parts, limits, bodyLimits, webSessions }: SiteParts): {
  api: SitesApi
  jobs: Handler[]
} {
  const publicOrigin = config.PUBLIC_URL === undefined ? undefined : new URL(config.PUBLIC_URL).origin
  const lifetimeMs = config.SITE_MEDIA_LIFETIME * 1000
  const links = createMediaLinks({ keys: createMediaKeys({ ...parts, lifetimeMs }), clock: parts.clock, lifetimeMs })
  const deps: SiteDeps = { ...parts, links }
  return {
    api: {
      deps,
      limits,
      limited: config.LIMITS,
      bodyLimits,
      publicOrigin,
      sharePasswords: createSharePasswords(parts),
      webSessions,
      cookies: createSessionCookies(publicOrigin),
    },
    jobs: [],
  }
}
