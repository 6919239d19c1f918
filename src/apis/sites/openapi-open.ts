/** Paths without a version, as the document tells them: docs, signed links, pages of shares, the account's keys. */
import type { Json } from '../../http/openapi.ts'

interface OpenPath {
  path: string
  verb: 'get' | 'post' | 'patch' | 'delete'
  told: Json
}

const page = (type: string): Json => ({ content: { [type]: { schema: { type: 'string' } } } })
const open = (tag: string, summary: string, rest: Json = {}): Json => ({ tags: [tag], summary, security: [], ...rest })

export const openPaths: readonly OpenPath[] = [
  {
    path: '/site/',
    verb: 'get',
    told: open('Docs', 'This page', { responses: { 200: { description: 'The page', ...page('text/html') } } }),
  },
  {
    path: '/site/openapi.json',
    verb: 'get',
    told: open('Docs', 'This document', {
      responses: {
        200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
      },
    }),
  },
  {
    path: '/site/api_documentation.html',
    verb: 'get',
    told: open('Docs', 'Usage notes: versions, authentication, limits, photo URLs', {
      responses: { 200: { description: 'The page', ...page('text/html') } },
    }),
  },
]
