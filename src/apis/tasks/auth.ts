/** Who asks (tasks-api.md section 2), and `/v1/auth`. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../../core/caller.ts'
import { DomainError, invalid } from '../../core/errors.ts'
import { fileKeyOf } from '../../core/keys/file-key.ts'
import { readBody } from '../../http/body.ts'
import { debugEcho, isDebug } from './debug.ts'
import { serverOf, type TasksApi } from './endpoint.ts'
import { authorise } from './filters.ts'
import { issueToken, publicKeyOf, verifyToken } from './token.ts'

/** @throws DomainError unauthenticated */
export async function identify(api: TasksApi, request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
  const header = request.headers.authorization
  if (header === undefined) throw refused('The Authorization header is missing; send "Bearer" and a token.')
  const token = /^Bearer\s+(\S+)\s*$/i.exec(header)?.[1]
  const publicKey = token === undefined ? undefined : publicKeyOf(token)
  if (token === undefined || publicKey === undefined) {
    throw refused('The Authorization header holds no readable token; its jti must be the public key.')
  }
  const pair = await api.keys.findPair(publicKey)
  // A wrong signature and an unknown key must not be told apart by timing: a dummy secret is verified against too.
  const secret = pair === undefined ? 'no such key no such key no such key' : api.keys.secretOf(pair.key)
  const claims = verifyToken(token, secret, api.deps.clock.now())
  if (pair === undefined) throw refused('The token is not signed (HS256) with the secret key of its project.')
  const { encryptionKey } = claims
  const fileKey = encryptionKey === undefined ? undefined : fileKeyOf(encryptionKey)
  return { ...pair, requestId: request.id, signal: signalOf(reply), fileKey }
}

/** Aborted when the client goes away before the answer is sent. */
function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new DomainError('cancelled', 'The client closed the connection.'))
  })
  return gone.signal
}

/** A token for a public key alone (section 2.2); the project's filters come first, and a switch turns it off. */
export async function authEndpoint(api: TasksApi, request: FastifyRequest): Promise<object> {
  const body = request.method === 'GET' ? {} : await readBody(request.raw, api.bodyLimits)
  const params: Record<string, unknown> = { ...(request.query as Record<string, unknown>), ...body }
  const publicKey = params.public_key
  if (typeof publicKey !== 'string' || publicKey.trim() === '')
    throw invalid('public_key', 'Public Key cannot be blank.')
  const pair = await api.keys.findPair(publicKey.trim())
  if (pair === undefined)
    throw new DomainError('unauthenticated', 'No project has this public key.', { param: 'public_key' })
  authorise(request, pair.project)
  if (!pair.project.settings.tasks.auth) {
    throw new DomainError(
      'unauthenticated',
      'This project gives no tokens for its public key; sign tokens with the secret key.',
      {
        param: 'public_key',
      },
    )
  }
  if (isDebug(params)) return debugEcho(request, params, [], [])
  const issuer = serverOf({ api, request })
  return { token: issueToken(publicKey.trim(), api.keys.secretOf(pair.key), issuer, api.deps.clock.now()) }
}

const refused = (message: string) => new DomainError('unauthenticated', message, { param: 'Authorization' })
