/** The request's body: its type, its size and its JSON (section 8: 415, 413, 400). */
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../core/errors.ts'
import { pourBody } from '../../http/body.ts'
import type { BodyKind, ScoringApi } from './endpoint.ts'
import { createJsonReader, createPlainJsonReader } from './json-body.ts'

export interface JsonBody {
  fields: Record<string, unknown>
  /** Lets go of the pictures in it. */
  discard(): Promise<void>
}

/** Longer texts of a body with images are decoded while they come. No other member may be as long. */
const longText = 16 * 1024

/** @throws DomainError unsupported_media_type */
export function requireJson({ headers }: FastifyRequest): void {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (type !== 'application/json' && !/^[^\s/]+\/[^\s/]+\+json$/.test(type)) {
    throw new DomainError('unsupported_media_type', 'Send the body as JSON, with Content-Type: application/json.', {
      param: 'Content-Type',
    })
  }
  const coding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (coding !== 'identity' && coding !== '') {
    throw new DomainError('unsupported_media_type', 'Send the body without a Content-Encoding.', {
      param: 'Content-Encoding',
    })
  }
}

const maxBytesOf = ({ body }: ScoringApi, kind: BodyKind) => (kind === 'small' ? body.smallBytes : body.maxBytes)

/** By what the request says of itself. @throws DomainError too_large */
export function requireSize(api: ScoringApi, kind: BodyKind, { headers }: FastifyRequest): void {
  const maxBytes = maxBytesOf(api, kind)
  if (Number(headers['content-length'] ?? 0) <= maxBytes) return
  throw new DomainError('too_large', `The body is larger than ${maxBytes} bytes; send a smaller image, or its URL.`)
}

/** @throws DomainError too_large, invalid, request_timeout, cancelled */
export async function readJson(api: ScoringApi, kind: BodyKind, request: IncomingMessage): Promise<JsonBody> {
  const maxBytes = maxBytesOf(api, kind)
  const reader =
    kind === 'images'
      ? createJsonReader({ staging: api.staging, longText, maxText: api.body.smallBytes })
      : createPlainJsonReader({ maxText: maxBytes })
  try {
    await pourBody(request, { maxBytes, idleMs: api.body.idleMs }, (chunk) => reader.write(chunk))
    return { fields: await reader.end(), discard: reader.discard }
  } catch (error) {
    await reader.discard()
    throw error
  }
}
