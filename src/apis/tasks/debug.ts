/** `debug=true` on any resource (tasks-api.md section 10): an echo of what was received, and nothing else happens. */
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../core/errors.ts'
import { type FilePart, readBody } from '../../http/body.ts'
import type { EndpointContext, TasksApi } from './endpoint.ts'

export interface ReceivedPart {
  field: string
  filename: string | undefined
  /** Bytes. */
  size: number
}

/** True for `true` and `1`, also as text; anything else asks for nothing. */
export function isDebug({ debug }: Record<string, unknown>): boolean {
  return debug === true || debug === 1 || (typeof debug === 'string' && /^\s*(true|1)\s*$/i.test(debug))
}

/** The body where `debug` is known before it is read: its files are measured and discarded. */
export async function readForDebug(
  { deps, bodyLimits }: TasksApi,
  request: FastifyRequest,
): Promise<{ body: Record<string, unknown>; files: ReceivedPart[] }> {
  const files: ReceivedPart[] = []
  const body = await readBody(request.raw, bodyLimits, async ({ field, filename, stream }: FilePart) => {
    let size = 0
    for await (const chunk of stream) {
      size += (chunk as Buffer).length
      if (deps.maxUploadBytes > 0 && size > deps.maxUploadBytes)
        throw new DomainError('too_large', `The file is larger than ${deps.maxUploadBytes} bytes.`, { param: field })
    }
    files.push({ field, filename, size })
  })
  return { body, files }
}

/** The echo. `secrets` are texts that must not be in it, wherever they were sent. */
export function debugEcho(
  request: FastifyRequest,
  params: Record<string, unknown>,
  files: readonly ReceivedPart[],
  secrets: readonly string[],
) {
  const { debug: _debug, ...shown } = masked(params, secrets) as Record<string, unknown>
  return {
    debug: true,
    method: request.method,
    resource: (request.raw.url ?? '').split('?')[0] ?? '',
    params: shown,
    files: files.map(({ field, filename, size }) => ({ field, filename: filename ?? '', size })),
  }
}

/** The echo to a caller: neither its token nor its keys are in it. */
export function echoTo(
  { api, caller, request, params }: EndpointContext,
  body: Record<string, unknown>,
  files: readonly ReceivedPart[],
) {
  const token = request.headers.authorization?.replace(/^Bearer\s+/i, '').trim() ?? ''
  const secrets = [token, api.keys.secretOf(caller.key), caller.fileKey?.bytes().toString() ?? '']
  return debugEcho(request, { ...params, ...body }, files, secrets)
}

const mask = '***'
/** In any spelling: clients post their whole object, as `secret_key` or `secretKey`. */
const secretName = /secret|token|passw|encrypt|authori[sz]ation/i

function masked(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return maskedText(value, secrets)
  if (Array.isArray(value)) return value.map((item) => masked(item, secrets))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, item]) => {
    const hidden = secretName.test(name) && item !== null && item !== '' && typeof item !== 'boolean'
    return [maskedText(name, secrets), hidden ? mask : masked(item, secrets)]
  })
  return Object.fromEntries(entries)
}

function maskedText(text: string, secrets: readonly string[]): string {
  const known = secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, mask)), text)
  // User and password inside a URL.
  return known.replaceAll(/(:\/\/)[^\s/?#]*@/g, `$1${mask}@`)
}
