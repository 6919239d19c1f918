/** The wiring of the Sites API and its jobs. */
import type { SitesApi } from '../apis/sites/endpoint.ts'
import type { Config } from '../config.ts'
import type { LimitStore } from '../core/ports.ts'
import type { SiteDeps } from '../core/sites/deps.ts'
import type { BodyLimits } from '../http/body.ts'
import { purgeCaptures } from '../jobs/purge-captures.ts'
import type { Handler } from '../jobs/runner.ts'
import { tellCameraAlert } from '../jobs/tell-camera-alert.ts'
import { scheduleWatch, watchCameras } from '../jobs/watch-cameras.ts'

export interface SiteParts {
  config: Config
  deps: SiteDeps
  limits: LimitStore
  bodyLimits: BodyLimits
}

export interface Sites {
  api: SitesApi
  jobs: Handler[]
  /** Enqueues jobs that run again and again, unless they are there; called at every start. */
  schedule(): Promise<void>
}

export function composeSites({ config, deps, limits, bodyLimits }: SiteParts): Sites {
  return {
    api: {
      deps,
      limits,
      limited: config.LIMITS,
      bodyLimits,
      publicOrigin: config.PUBLIC_URL === undefined ? undefined : new URL(config.PUBLIC_URL).origin,
    },
    jobs: [
      purgeCaptures(deps),
      tellCameraAlert({ ...deps, events: deps.assets.events }),
      watchCameras({ ...deps, keepDiagnosticsMs: config.SITE_DIAGNOSTICS_DAYS * 24 * 60 * 60_000 }),
    ],
    async schedule() {
      await scheduleWatch(deps)
    },
  }
}
