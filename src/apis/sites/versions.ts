/** Which versions of functions end when (section 4). */
import type { FastifyReply } from 'fastify'
import type { Endpoint, SitesApi } from './endpoint.ts'

/** Sets the headers that every answer of a deprecated version carries. */
export function announceEnd(_api: SitesApi, _endpoint: Endpoint, _reply: FastifyReply): void {}

/** @throws DomainError with extra code `version_ended` */
export function refuseEnded(_api: SitesApi, _endpoint: Endpoint): void {}
