/** Which versions of functions end when (section 4): the headers of their answers, and their end. */
import type { FastifyReply } from 'fastify'
import { DomainError, invalid } from '../../core/errors.ts'
import type { Deprecation, Ending } from '../../core/sites/deprecations.ts'
import { formatInstant } from '../../core/sites/zones.ts'
import type { Endpoint, SitesApi } from './endpoint.ts'

type Named = Pick<Endpoint, 'function' | 'version'>

/** `/site/v1/photos` */
export const pathOf = ({ version, path }: Pick<Endpoint, 'version' | 'path'>) => `/site/v${version}${path}`

/** Of a version that is deprecated by now. */
export function endingOf({ endings, deps }: Pick<SitesApi, 'endings' | 'deps'>, named: Named): Ending | undefined {
  const found = endings.find((one) => one.function === named.function && one.version === named.version)
  return found === undefined || deps.clock.now() < found.deprecatedAt ? undefined : found
}

/** Headers that every answer of a deprecated version carries, refusals included; none for a current one. */
export function endingHeaders(ending: Ending | undefined): Record<string, string> {
  if (ending === undefined) return {}
  return {
    'x-supported-until': formatInstant(ending.supportedUntil),
    // RFC 9745 and RFC 8594, for general tools.
    deprecation: `@${Math.floor(ending.deprecatedAt / 1000)}`,
    sunset: new Date(ending.supportedUntil).toUTCString(),
    ...(ending.successor === undefined ? {} : { link: `<${ending.successor}>; rel="successor-version"` }),
  }
}

export function announceEnd(api: SitesApi, endpoint: Endpoint, reply: FastifyReply): void {
  reply.headers(endingHeaders(endingOf(api, endpoint)))
}

/** @throws DomainError with extra code `version_ended` */
export function refuseEnded(api: SitesApi, endpoint: Endpoint): void {
  const ending = endingOf(api, endpoint)
  if (ending === undefined || api.deps.clock.now() < ending.supportedUntil) return
  const { successor, supportedUntil } = ending
  const way = successor === undefined ? 'It has no successor.' : `Use ${successor} instead.`
  throw new DomainError(
    'not_found',
    `Version ${endpoint.version} of ${endpoint.function} ended on ${formatInstant(supportedUntil)}. ${way}`,
    { extra: { code: 'version_ended' } },
  )
}

/** Always there: the living example. An entry of the operator for the same version stands instead. */
const demonstration: Deprecation = { function: 'photos.list', version: 1 }

/**
 * The registry with what the operator set, each successor as a path.
 * @throws DomainError invalid: an entry names what there is not
 */
export function deprecationsOf(endpoints: readonly Endpoint[], set: readonly Deprecation[]): Deprecation[] {
  const isSame = (one: Deprecation, other: Deprecation) =>
    one.function === other.function && one.version === other.version
  const shipped = [demonstration].filter((one) => !set.some((other) => isSame(one, other)))
  return [...shipped, ...set].map((entry) => ({ ...entry, successor: successorOf(endpoints, entry) }))
}

function successorOf(endpoints: readonly Endpoint[], { function: name, version, successor }: Deprecation) {
  const versions = endpoints.filter((one) => one.function === name)
  const known = versions.map((one) => one.version).join(', ')
  if (versions.length === 0) {
    throw invalid(setting, `${setting} names the function ${JSON.stringify(name)}, which there is not.`)
  }
  if (!versions.some((one) => one.version === version)) {
    throw invalid(setting, `${setting} names version ${version} of ${name}, which has: ${known}.`)
  }
  if (typeof successor === 'string') return successor
  const newest = Math.max(...versions.map((one) => one.version))
  const wanted = successor ?? (newest > version ? newest : undefined)
  const next = versions.find((one) => one.version === wanted)
  if (wanted !== undefined && next === undefined) {
    throw invalid(setting, `${setting} names version ${wanted} of ${name} as successor, which has: ${known}.`)
  }
  return next && pathOf(next)
}

const setting = 'IMAGESTEAD_SITE_DEPRECATIONS'
