/** Who asks (section 2): `Authorization: apiKey {key}`, which identifies a user. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../core/errors.ts'
import type { SiteCaller } from '../../core/sites/deps.ts'
import type { SitesApi } from './endpoint.ts'

/** @throws DomainError unauthenticated; rate_limited: too many of those from this address */
export async function identify(api: SitesApi, request: FastifyRequest, reply: FastifyReply): Promise<SiteCaller> {
  const text = /^apiKey\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1]
  const found = text === undefined ? undefined : await api.deps.siteKeys.find(text)
  const user = found && (await api.deps.store.read.users.find(found.key.user ?? ''))
  if (found === undefined || user?.status !== 'active') {
    throw new DomainError(
      'unauthenticated',
      text === undefined
        ? 'The Authorization header is missing or of another scheme; send "Authorization: apiKey {api_key}".'
        : 'This API key is unknown, disabled or deleted; make one under /site/account.',
      { param: 'Authorization' },
    )
  }
  return {
    user,
    project: found.project,
    key: found.key,
    access: await api.deps.store.read.groups.accessOf(user),
    requestId: request.id,
    origin: originOf(api, request),
    signal: signalOf(reply),
  }
}

export const originOf = ({ publicOrigin }: Pick<SitesApi, 'publicOrigin'>, { protocol, host }: FastifyRequest) =>
  publicOrigin ?? `${protocol}://${host}`

/** Aborted when the client goes away before the answer is sent. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  const onClose = () => {
    if (!reply.raw.writableFinished) gone.abort(new DomainError('cancelled', 'The client closed the connection.'))
  }
  if (reply.raw.destroyed) onClose()
  else reply.raw.once('close', onClose)
  return gone.signal
}
