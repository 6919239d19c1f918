/**
 * The Sites API: `/site`, compatible with photoSentinel (site-photos-api.md). Functions are below `/site/v{n}`, each version
 * of a function by itself; each request of one goes through the checks of order.ts.
 */
import type { ApiModule } from '../../http/api-module.ts'
import { calendarEndpoints } from './calendar.ts'
import { capabilityEndpoints } from './capabilities.ts'
import type { Endpoint, Routes, SitesApi } from './endpoint.ts'
import { renderError } from './errors.ts'
import { installationEndpoints } from './installations.ts'
import { mediaEndpoints, mediaRoutes } from './media.ts'
import { handle } from './order.ts'
import { photoEndpoints } from './photos.ts'
import { tagEndpoints } from './tags.ts'
import { timelapseEndpoints } from './timelapses.ts'

/** Every function in every version. */
export const endpoints: readonly Endpoint[] = [
  ...installationEndpoints,
  ...photoEndpoints,
  ...mediaEndpoints,
  ...capabilityEndpoints,
  ...timelapseEndpoints,
  ...calendarEndpoints,
  ...tagEndpoints,
]

/** What has no version. */
const routes: readonly Routes[] = [mediaRoutes]

export function sitesApi(api: SitesApi): ApiModule {
  return {
    name: 'sites',
    owns: (path) => /^\/site(\/|$)/.test(path),
    renderError,
    register(app) {
      // Bodies are read after the caller is known; nothing is parsed or buffered before.
      app.removeAllContentTypeParsers()
      app.addContentTypeParser('*', (_request, _payload, done) => done(null))
      for (const endpoint of endpoints) {
        app.route({
          method: endpoint.method,
          url: `/site/v${endpoint.version}${endpoint.path}`,
          handler: (request, reply) => handle(api, endpoint, request, reply),
        })
      }
      for (const add of routes) add(app, api)
    },
  }
}
