/** The user's calls per minute and month (section 5). */
import type { FastifyReply } from 'fastify'
import type { SiteCaller } from '../../core/sites/deps.ts'
import type { Endpoint, SitesApi } from './endpoint.ts'

/** @throws DomainError rate_limited */
export async function limit(
  _api: SitesApi,
  _endpoint: Endpoint,
  _caller: SiteCaller,
  _reply: FastifyReply,
): Promise<void> {}
