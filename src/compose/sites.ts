/** The wiring of the Sites API and its jobs. */
import { createLook } from '../apis/home/look.ts'
import type { SitesApi } from '../apis/sites/endpoint.ts'
import { endpoints } from '../apis/sites/index.ts'
import { photoResource } from '../apis/sites/resources.ts'
import { deprecationsOf } from '../apis/sites/versions.ts'
import type { Config } from '../config.ts'
import type { Idempotency } from '../core/idempotency/idempotency.ts'
import type { LimitStore } from '../core/ports.ts'
import { datedEndings } from '../core/sites/deprecations.ts'
import type { SiteDeps } from '../core/sites/deps.ts'
import { createMediaLinks } from '../core/sites/links.ts'
import { createMediaKeys } from '../core/sites/media-keys.ts'
import { createSharePasswords } from '../core/sites/share-passwords.ts'
import { createThumbs } from '../core/sites/thumbs.ts'
import { createSiteUsage } from '../core/sites/usage.ts'
import type { WebSessions } from '../core/users/web-sessions.ts'
import type { BodyLimits } from '../http/body.ts'
import { createSessionCookies } from '../http/session-cookie.ts'
import type { Handler } from '../jobs/runner.ts'
import { tellCameraAlert } from '../jobs/tell-camera-alert.ts'
import { scheduleWatch, watchCameras } from '../jobs/watch-cameras.ts'
import { version } from '../paths.ts'

export interface SiteParts {
  config: Config
  deps: Omit<SiteDeps, 'links' | 'photoObject' | 'thumbs'>
  limits: LimitStore
  bodyLimits: BodyLimits
  webSessions: WebSessions
  log: { warn(fields: object, message: string): void }
  idempotency: Idempotency
}

export interface Sites {
  api: SitesApi
  jobs: Handler[]
  /** Enqueues jobs that run again and again, unless they are there; called at every start. */
  schedule(): Promise<void>
  /** Writes what is only in memory; before the engine and the renditions end. */
  close(): Promise<void>
}

export async function composeSites(given: SiteParts): Promise<Sites> {
  const { config, deps: parts, limits, bodyLimits, webSessions, idempotency, log } = given
  const { store, clock } = parts
  const lifetimeMs = config.SITE_MEDIA_LIFETIME * 1000
  const links = createMediaLinks({ keys: createMediaKeys({ ...parts, lifetimeMs }), clock, lifetimeMs })
  const publicOrigin = config.PUBLIC_URL === undefined ? undefined : new URL(config.PUBLIC_URL).origin
  const deps: SiteDeps = {
    ...parts,
    links,
    thumbs: createThumbs(parts, config.WORKERS),
    // Whom webhooks tell is the project: it sees everything.
    photoObject: (capture, hasWatermark, { origin }) =>
      photoResource(capture, hasWatermark, {
        access: { everywhere: 'manage', installations: new Map() },
        origin: publicOrigin ?? origin,
      }),
  }
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
      idempotency,
      publicOrigin,
      sharePasswords: createSharePasswords(parts),
      webSessions,
      cookies: createSessionCookies(publicOrigin),
      endings,
      look: createLook(version),
    },
    jobs: [
      tellCameraAlert({ ...deps, events: deps.assets.events }),
      watchCameras({ ...deps, keepDiagnosticsMs: config.SITE_DIAGNOSTICS_DAYS * 24 * 60 * 60_000 }),
    ],
    async close() {
      await deps.thumbs.close()
      await usage.close()
    },
    async schedule() {
      await scheduleWatch(deps)
    },
  }
}
