/** The wiring of the Sites API and its jobs. */
import { createLook } from '../apis/home/look.ts'
import type { SitesApi } from '../apis/sites/endpoint.ts'
import { endpoints } from '../apis/sites/index.ts'
import { deprecationsOf } from '../apis/sites/versions.ts'
import type { Config } from '../config.ts'
import type { LimitStore } from '../core/ports.ts'
import { datedEndings } from '../core/sites/deprecations.ts'
import type { SiteDeps } from '../core/sites/deps.ts'
import { createSiteUsage } from '../core/sites/usage.ts'
import type { WebSessions } from '../core/users/web-sessions.ts'
import type { BodyLimits } from '../http/body.ts'
import { createSessionCookies } from '../http/session-cookie.ts'
import { purgeCaptures } from '../jobs/purge-captures.ts'
import type { Handler } from '../jobs/runner.ts'
import { version } from '../paths.ts'

export interface SiteParts {
  config: Config
  deps: SiteDeps
  limits: LimitStore
  bodyLimits: BodyLimits
  webSessions: WebSessions
  log: { warn(fields: object, message: string): void }
}

export interface Sites {
  api: SitesApi
  jobs: Handler[]
  /** Writes what is only in memory. */
  close(): Promise<void>
}

export async function composeSites(parts: SiteParts): Promise<Sites> {
  const { config, deps, limits, bodyLimits, webSessions, log } = parts
  const publicOrigin = config.PUBLIC_URL === undefined ? undefined : new URL(config.PUBLIC_URL).origin
  const { store, clock } = deps
  const usage = createSiteUsage({ store, clock, log })
  const endings = await datedEndings(deps, deprecationsOf(endpoints, config.SITE_DEPRECATIONS))
  return {
    api: {
      deps,
      limits,
      limited: config.LIMITS,
      calls: {
        minute: config.SITE_LIMIT_MINUTE,
        month: config.SITE_LIMIT_MONTH,
        address: config.SITE_LIMIT_ADDRESS,
      },
      usage,
      bodyLimits,
      publicOrigin,
      webSessions,
      cookies: createSessionCookies(publicOrigin),
      endings,
      look: createLook(version),
    },
    jobs: [purgeCaptures(deps)],
    close: () => usage.close(),
  }
}
