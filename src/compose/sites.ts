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
import { scheduleFilmExpiry } from '../core/sites/timelapse-expiry.ts'
import { createSiteUsage } from '../core/sites/usage.ts'
import type { WebSessions } from '../core/users/web-sessions.ts'
import type { BodyLimits } from '../http/body.ts'
import { createSessionCookies } from '../http/session-cookie.ts'
import { changeZoneOfCaptures } from '../jobs/change-zone.ts'
import { emptyDeletedInstallation } from '../jobs/empty-installation.ts'
import { endExport } from '../jobs/end-export.ts'
import { expireFilms } from '../jobs/expire-films.ts'
import { exportPhotos } from '../jobs/export-photos.ts'
import { makeFilm } from '../jobs/make-film.ts'
import { purgeCaptures } from '../jobs/purge-captures.ts'
import type { Handler } from '../jobs/runner.ts'
import { tellCameraAlert } from '../jobs/tell-camera-alert.ts'
import { scheduleWatch, watchCameras } from '../jobs/watch-cameras.ts'
import { version } from '../paths.ts'

/** Of SiteDeps what is made here. */
type Made = 'links' | 'photoObject' | 'films' | 'exports'

export interface SiteParts {
  config: Config
  deps: Omit<SiteDeps, Made>
  limits: LimitStore
  bodyLimits: BodyLimits
  idempotency: Idempotency
  webSessions: WebSessions
  log: { warn(fields: object, message: string): void }
}

export interface Sites {
  api: SitesApi
  jobs: Handler[]
  /** Enqueues jobs that run again and again, unless they are there; called at every start. */
  schedule(): Promise<void>
  /** Writes what is only in memory. */
  close(): Promise<void>
}

const dayMs = 24 * 60 * 60_000

export async function composeSites(parts: SiteParts): Promise<Sites> {
  const { config, limits, bodyLimits, idempotency, webSessions, log } = parts
  const publicOrigin = config.PUBLIC_URL === undefined ? undefined : new URL(config.PUBLIC_URL).origin
  const deps: SiteDeps = { ...parts.deps, ...made(parts, publicOrigin) }
  const { store, clock } = deps
  const usage = createSiteUsage({ store, clock, log })
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
      sharePasswords: createSharePasswords(parts.deps),
      webSessions,
      cookies: createSessionCookies(publicOrigin),
      endings: await datedEndings(deps, deprecationsOf(endpoints, config.SITE_DEPRECATIONS)),
      look: createLook(version),
    },
    jobs: [
      changeZoneOfCaptures(deps),
      emptyDeletedInstallation(deps),
      purgeCaptures(deps),
      makeFilm(deps),
      expireFilms(deps),
      exportPhotos(deps),
      endExport(deps),
      tellCameraAlert({ ...deps, events: deps.assets.events }),
      watchCameras({ ...deps, keepDiagnosticsMs: config.SITE_DIAGNOSTICS_DAYS * dayMs }),
    ],
    async schedule() {
      await scheduleWatch(deps)
      await scheduleFilmExpiry(deps)
    },
    async close() {
      await usage.close()
    },
  }
}

function made({ config, deps }: SiteParts, publicOrigin: string | undefined): Pick<SiteDeps, Made> {
  const lifetimeMs = config.SITE_MEDIA_LIFETIME * 1000
  return {
    links: createMediaLinks({ keys: createMediaKeys({ ...deps, lifetimeMs }), clock: deps.clock, lifetimeMs }),
    exports: { keepMs: config.SITE_EXPORTS_DAYS * dayMs, maxPhotos: config.SITE_EXPORTS_MAX_PHOTOS },
    films: { keepMs: config.SITE_FILM_KEEP_DAYS * dayMs },
    // Whom webhooks tell is the project: it sees everything.
    photoObject: (capture, hasWatermark, { origin }) =>
      photoResource(capture, hasWatermark, {
        access: { everywhere: 'manage', installations: new Map() },
        origin: publicOrigin ?? origin,
      }),
  }
}
