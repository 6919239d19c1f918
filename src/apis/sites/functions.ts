/** `/v1/versions`: every function with its versions and their dates (section 4). */
import { z } from 'zod'
import { formatInstant } from '../../core/sites/zones.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { endingOf, pathOf } from './versions.ts'

const time = z.string().nullable().describe('RFC 3339, UTC; null: it is current')

const versionSchema = z.object({
  version: z.number(),
  method: z.string(),
  path: z.string(),
  status: z.enum(['current', 'deprecated', 'ended']),
  deprecated_at: time,
  supported_until: time,
  successor: z.string().nullable(),
})

/** @param all every function, this one included */
export function versionEndpoints(all: () => readonly Endpoint[]): Endpoint[] {
  return [
    endpoint({
      function: 'versions.list',
      version: 1,
      method: 'GET',
      path: '/versions',
      summary: 'Functions with their versions, and until when those are supported',
      answer: { functions: z.array(z.object({ function: z.string(), versions: z.array(versionSchema) })) },
      async run({ api }) {
        const now = api.deps.clock.now()
        const names = [...new Set(all().map((one) => one.function))]
        const functions = names.toSorted().map((name) => ({
          function: name,
          versions: all()
            .filter((one) => one.function === name)
            .toSorted((one, other) => one.version - other.version)
            .map((one) => {
              const ending = endingOf(api, one)
              const status = ending === undefined ? 'current' : now < ending.supportedUntil ? 'deprecated' : 'ended'
              return {
                version: one.version,
                method: one.method,
                path: pathOf(one),
                status,
                deprecated_at: ending === undefined ? null : formatInstant(ending.deprecatedAt),
                supported_until: ending === undefined ? null : formatInstant(ending.supportedUntil),
                successor: ending?.successor === undefined ? null : String(ending.successor),
              }
            }),
        }))
        return { functions }
      },
    }),
  ]
}
