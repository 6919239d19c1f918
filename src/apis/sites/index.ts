/**
 * The Sites API: `/site`, compatible with photoSentinel (site-photos-api.md). Functions are below `/site/v{n}`, each version
 * of a function by itself; each request of one goes through the checks of order.ts.
 */
import type { ApiModule } from '../../http/api-module.ts'
import { accountRoutes } from './account.ts'
import { accountPage } from './account-page.ts'
import { calendarEndpoints } from './calendar.ts'
import { cameraEndpoints } from './cameras.ts'
import { capabilityEndpoints } from './capabilities.ts'
import { compareEndpoints } from './compare.ts'
import { diagnosticEndpoints } from './diagnostics.ts'
import { docsRoutes } from './docs.ts'
import type { Endpoint, Routes, SitesApi } from './endpoint.ts'
import { createErrorRenderer } from './errors.ts'
import { exportEndpoints } from './exports.ts'
import { versionEndpoints } from './functions.ts'
import { groupEndpoints } from './groups.ts'
import { ingestEndpoints } from './ingest.ts'
import { installationEndpoints } from './installations.ts'
import { mediaEndpoints, mediaRoutes } from './media.ts'
import { sitesOpenApi } from './openapi.ts'
import { handle } from './order.ts'
import { photoEndpoints } from './photos.ts'
import { oldPhotoEndpoints } from './photos-v1.ts'
import { shareRoutes } from './share-pages.ts'
import { shareEndpoints } from './shares.ts'
import { tagEndpoints } from './tags.ts'
import { timelapseEndpoints } from './timelapses.ts'
import { usageEndpoints } from './usage.ts'
import { userEndpoints } from './users.ts'
import { pathOf } from './versions.ts'

/** Every function in every version. */
export const endpoints: readonly Endpoint[] = [
  ...installationEndpoints,
  ...groupEndpoints,
  ...userEndpoints,
  ...cameraEndpoints,
  ...diagnosticEndpoints,
  ...ingestEndpoints,
  ...oldPhotoEndpoints,
  ...photoEndpoints,
  ...calendarEndpoints,
  ...tagEndpoints,
  ...mediaEndpoints,
  ...shareEndpoints,
  ...timelapseEndpoints,
  ...compareEndpoints,
  ...exportEndpoints,
  ...capabilityEndpoints,
  ...usageEndpoints,
  ...versionEndpoints(() => endpoints),
]

/** What has no version. */
const routes: readonly Routes[] = [
  accountRoutes,
  accountPage,
  docsRoutes((api) => sitesDocument(api)),
  mediaRoutes,
  shareRoutes,
]

/** OpenAPI 3.1, as things are now. */
export const sitesDocument = (api: Pick<SitesApi, 'endings' | 'deps' | 'publicOrigin'>) =>
  sitesOpenApi(api, endpoints, api.publicOrigin)

export function sitesApi(api: SitesApi): ApiModule {
  return {
    name: 'sites',
    owns: (path) => /^\/site(\/|$)/.test(path),
    renderError: createErrorRenderer(api),
    // Without cookies: what a page may do, it does by a key.
    cors: {
      origin: '*',
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      allowedHeaders: [
        'Authorization',
        'Content-Type',
        'Accept',
        'Idempotency-Key',
        'Range',
        'If-None-Match',
        'If-Modified-Since',
        'If-Range',
      ],
      exposedHeaders: [
        'X-Request-Id',
        'Retry-After',
        'X-RateLimit-Limit-Minute',
        'X-RateLimit-Remaining-Minute',
        'X-RateLimit-Limit-Month',
        'X-RateLimit-Remaining-Month',
        'X-Supported-Until',
        'Deprecation',
        'Sunset',
        'Link',
        'Location',
        'ETag',
        'WWW-Authenticate',
      ],
    },
    register(app) {
      // Bodies are read after the caller is known; nothing is parsed or buffered before.
      app.removeAllContentTypeParsers()
      app.addContentTypeParser('*', (_request, _payload, done) => done(null))
      for (const endpoint of endpoints) {
        app.route({
          method: endpoint.method,
          url: pathOf(endpoint),
          config: { endpoint },
          handler: (request, reply) => handle(api, endpoint, request, reply),
        })
      }
      for (const add of routes) add(app, api)
    },
  }
}
