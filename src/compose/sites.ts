/** The wiring of the Sites API and its jobs. */
import type { SitesApi } from '../apis/sites/endpoint.ts'
import type { Config } from '../config.ts'
import type { Idempotency } from '../core/idempotency/idempotency.ts'
import type { LimitStore } from '../core/ports.ts'
import type { SiteDeps } from '../core/sites/deps.ts'
import { createMediaLinks } from '../core/sites/links.ts'
import { createMediaKeys } from '../core/sites/media-keys.ts'
import type { BodyLimits } from '../http/body.ts'
import { endExport } from '../jobs/end-export.ts'
import { exportPhotos } from '../jobs/export-photos.ts'
import { purgeCaptures } from '../jobs/purge-captures.ts'
import type { Handler } from '../jobs/runner.ts'
import { tellCameraAlert } from '../jobs/tell-camera-alert.ts'
import { scheduleWatch, watchCameras } from '../jobs/watch-cameras.ts'

export interface SiteParts {
  config: Config
  deps: Omit<SiteDeps, 'links' | 'exports'>
  limits: LimitStore
  bodyLimits: BodyLimits
  idempotency: Idempotency
}

export interface Sites {
  api: SitesApi
  jobs: Handler[]
  /** Enqueues jobs that run again and again, unless they are there; called at every start. */
  schedule(): Promise<void>
}

export function composeSites({ config, deps: parts, limits, bodyLimits, idempotency }: SiteParts): Sites {
  const lifetimeMs = config.SITE_MEDIA_LIFETIME * 1000
  const links = createMediaLinks({ keys: createMediaKeys({ ...parts, lifetimeMs }), clock: parts.clock, lifetimeMs })
  const exports = { keepMs: config.SITE_EXPORTS_DAYS * 86_400_000, maxPhotos: config.SITE_EXPORTS_MAX_PHOTOS }
  const deps: SiteDeps = { ...parts, links, exports }
  return {
    api: {
      deps,
      limits,
      limited: config.LIMITS,
      bodyLimits,
      idempotency,
      publicOrigin: config.PUBLIC_URL === undefined ? undefined : new URL(config.PUBLIC_URL).origin,
    },
    jobs: [
      purgeCaptures(deps),
      exportPhotos(deps),
      endExport(deps),
      tellCameraAlert({ ...deps, events: deps.assets.events }),
      watchCameras({ ...deps, keepDiagnosticsMs: config.SITE_DIAGNOSTICS_DAYS * 24 * 60 * 60_000 }),
    ],
    async schedule() {
      await scheduleWatch(deps)
    },
  }
}
