/** The wiring of the Sites API and its jobs. */
import type { SitesApi } from '../apis/sites/endpoint.ts'
import type { Config } from '../config.ts'
import type { LimitStore } from '../core/ports.ts'
import type { SiteDeps } from '../core/sites/deps.ts'
import { createMediaLinks } from '../core/sites/links.ts'
import { createMediaKeys } from '../core/sites/media-keys.ts'
import type { BodyLimits } from '../http/body.ts'
import type { Handler } from '../jobs/runner.ts'

export interface SiteParts {
  config: Config
  deps: Omit<SiteDeps, 'links'>
  limits: LimitStore
  bodyLimits: BodyLimits
}

export function composeSites({ config, deps: parts, limits, bodyLimits }: SiteParts): {
  api: SitesApi
  jobs: Handler[]
} {
  const lifetimeMs = config.SITE_MEDIA_LIFETIME * 1000
  const links = createMediaLinks({ keys: createMediaKeys({ ...parts, lifetimeMs }), clock: parts.clock, lifetimeMs })
  const deps: SiteDeps = { ...parts, links }
  return {
    api: {
      deps,
      limits,
      limited: config.LIMITS,
      bodyLimits,
      publicOrigin: config.PUBLIC_URL === undefined ? undefined : new URL(config.PUBLIC_URL).origin,
    },
    jobs: [],
  }
}
