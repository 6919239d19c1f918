/** Who asks: the session token in the header (section 2). */
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../core/errors.ts'
import type { Session } from '../../core/users/sessions.ts'
import type { ScoringApi } from './endpoint.ts'

/** @throws DomainError unauthenticated; forbidden: the account is suspended */
export async function identify({ sessions }: ScoringApi, request: FastifyRequest): Promise<Session> {
  const header = request.headers.authorization
  if (header === undefined) {
    throw refused('The Authorization header is missing; send "Bearer" and the id_token of POST /v2.0/authenticate.')
  }
  const token = /^Bearer\s+(\S+)\s*$/i.exec(header)?.[1]
  if (token === undefined) throw refused('The Authorization header must be "Bearer" and a session token.')
  return sessions.verify(token)
}

const refused = (message: string) => new DomainError('unauthenticated', message, { param: 'Authorization' })
