/**
 * The answer to a path below /v1 or /api that nobody knows: it may have been meant for the Tasks API or for the Library
 * API, so it has the members that the clients of both read (tasks-api.md section 9, media-library-api.md section 3.3).
 */
import type { FastifyRequest } from 'fastify'
import type { DomainError } from '../core/errors.ts'
import type { RenderedError } from './api-module.ts'

export const isUnknownPath = (error: DomainError) => error.code === 'not_found' && error.param === 'path'

export function renderUnknownPath({ message }: DomainError, request: FastifyRequest | undefined): RenderedError {
  return {
    status: 404,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(request === undefined ? {} : { 'x-ik-requestId': request.id }),
    },
    body: {
      name: 'Not Found',
      message,
      code: 0,
      status: 404,
      error: { type: 'HTTP Error', message, code: '404' },
      help: 'See /docs for the APIs and their paths.',
    },
  }
}
