/** The wiring of the Sites API and its jobs. */
import type { SitesApi } from '../apis/sites/endpoint.ts'
import { photoResource } from '../apis/sites/resources.ts'
import type { Config } from '../config.ts'
import type { Idempotency } from '../core/idempotency/idempotency.ts'
import type { LimitStore } from '../core/ports.ts'
import type { SiteDeps } from '../core/sites/deps.ts'
import { createMediaLinks } from '../core/sites/links.ts'
import { createMediaKeys } from '../core/sites/media-keys.ts'
import type { BodyLimits } from '../http/body.ts'
import type { Handler } from '../jobs/runner.ts'
import { tellCameraAlert } from '../jobs/tell-camera-alert.ts'
import { scheduleWatch, watchCameras } from '../jobs/watch-cameras.ts'

export interface SiteParts {
  config: Config
  deps: Omit<SiteDeps, 'links' | 'photoObject'>
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
  const publicOrigin = config.PUBLIC_URL === undefined ? undefined : new URL(config.PUBLIC_URL).origin
  const deps: SiteDeps = {
    ...parts,
    links,
    // Whom webhooks tell is the project: it sees everything.
    photoObject: (capture, hasWatermark, { origin }) =>
      photoResource(capture, hasWatermark, {
        access: { everywhere: 'manage', installations: new Map() },
        origin: publicOrigin ?? origin,
      }),
  }
  return {
    api: {
      deps,
      limits,
      limited: config.LIMITS,
      bodyLimits,
      idempotency,
      publicOrigin,
    },
    jobs: [
      tellCameraAlert({ ...deps, events: deps.assets.events }),
      watchCameras({ ...deps, keepDiagnosticsMs: config.SITE_DIAGNOSTICS_DAYS * 24 * 60 * 60_000 }),
    ],
    async schedule() {
      await scheduleWatch(deps)
    },
  }
}
