/** Image URLs as an OpenAPI 3.1 document. A path of several segments cannot be told there: `path` is what stands for it. */
import { documentHead, type Json, pathParameter } from '../../http/openapi.ts'
import { version } from '../../paths.ts'

const query = (name: string, description: string, schema: Json = { type: 'string' }): Json => ({
  name,
  in: 'query',
  description,
  schema,
})

const text = (description: string): Json => ({
  description,
  headers: { 'ik-error': { description: 'What kind of error it is.', schema: { type: 'string' } } },
  content: { 'text/plain': { schema: { type: 'string' } } },
})

const responses: Json = {
  200: {
    description: 'The picture (or file).',
    headers: Object.fromEntries(
      ['ETag', 'Last-Modified', 'Cache-Control', 'Vary'].map((name) => [name, { schema: { type: 'string' } }]),
    ),
    content: { 'image/*': { schema: { type: 'string', format: 'binary' } } },
  },
  206: { description: 'The range asked for.' },
  304: { description: 'Not changed since `If-None-Match`.' },
  400: text('The transformation cannot be read or made; the text names the word and its position.'),
  401: text('The signature is missing, wrong or expired.'),
  403: text('The project keeps this address, page or program out.'),
  404: text('There is no such file.'),
  416: text('The range lies outside the file.'),
  503: text('The server is busy; `Retry-After` says for how long.'),
}

const parameters = [
  pathParameter('project', 'Id of the project.'),
  pathParameter(
    'path',
    'Path of the file in the library, with its slashes; a segment `tr:…` before the name transforms it.',
  ),
  query('tr', 'The transformation, e.g. `w-400,h-300:rt-90`.'),
  query('ik-s', 'Signature.'),
  query('ik-t', 'When the signature expires, seconds since 1970.', { type: 'integer' }),
  query('ik-obj-version', 'Id of a version of the file.'),
  query('ik-attachment', 'Offer to save it.', { type: 'string', enum: ['true'] }),
  query('updatedAt', 'Any value: lets caches keep the answer for long.'),
]

export function deliveryOpenApi(publicUrl: string | undefined): Json {
  const about =
    'Files of the library by their address, transformed as the address says. Compatible with ImageKit’s delivery.'
  return {
    ...documentHead('Imagestead image URLs', version, about, publicUrl),
    security: [],
    paths: {
      '/{project}/{path}': {
        get: { operationId: 'getImage', summary: 'A file, transformed as the address says.', parameters, responses },
      },
    },
  }
}
