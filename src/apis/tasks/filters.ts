/** IP and domain filters of a project (tasks-api.md section 12): on with every setting of IMAGESTEAD_LIMITS. */
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../core/errors.ts'
import { domainMatches } from '../../core/projects/filters.ts'
import type { Project } from '../../core/projects/records.ts'
import { addressMatches, pageHost } from '../../http/client-filters.ts'

/** "Each non-empty list must match; a domain list without Origin and Referer rejects." @throws DomainError forbidden (401) */
export function authorise(request: FastifyRequest, { settings }: Project): void {
  const { ips, domains } = settings.filters
  if (ips.length > 0 && !addressMatches(ips, request.ip)) {
    throw refused(`This project takes no requests from the address ${request.ip}; ask its operator to allow it.`)
  }
  if (domains.length === 0) return
  const host = pageHost(request.headers)
  if (host === undefined) {
    throw refused('This project takes requests from the web pages of its domains only; send Origin or Referer.')
  }
  if (!domainMatches(domains, host)) {
    throw refused(`This project takes no requests from pages of ${host}; ask its operator to allow the domain.`)
  }
}

const refused = (message: string) => new DomainError('forbidden', message)
