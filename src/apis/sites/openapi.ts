/** The Sites API as an OpenAPI 3.1 document (section 11), made from the endpoints; openapi-open.ts has what has no version. */
import { z } from 'zod'
import { formatInstant } from '../../core/sites/zones.ts'
import { documentHead, isObject, type Json } from '../../http/openapi.ts'
import { version as release } from '../../paths.ts'
import type { Endpoint, SitesApi } from './endpoint.ts'
import { openPaths } from './openapi-open.ts'
import { errorSchema, responses, statusesOf } from './openapi-parts.ts'
import { endingOf, pathOf } from './versions.ts'

/** @param publicUrl the server's configured address; undefined: the address the page was loaded from */
export function sitesOpenApi(
  api: Pick<SitesApi, 'endings' | 'deps'>,
  endpoints: readonly Endpoint[],
  publicUrl: string | undefined,
): Json {
  const schemas: Record<string, Json> = {}
  const paths: Record<string, Record<string, Json>> = {}
  const add = (path: string, verb: string, told: Json) => {
    paths[path] = { ...paths[path], [verb]: told }
  }
  for (const endpoint of endpoints) {
    add(templateOf(pathOf(endpoint)), endpoint.method.toLowerCase(), operationOf(api, endpoint, schemas))
  }
  for (const { path, verb, told } of openPaths) add(path, verb, told)
  return {
    ...documentHead('Imagestead Sites API', release, about, publicUrl),
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes,
      responses,
      schemas: { Error: schemaFor(errorSchema, 'output', schemas), ...schemas },
    },
  }
}

const about =
  'Photos of places over time. Compatible with photoSentinel’s API: point an existing client at this server. Open the lock, type `apiKey` and your key behind it, and try the calls; they count like any others. How versions, keys, limits and photo URLs work: [usage notes](/site/api_documentation.html).'

const securitySchemes = {
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'The whole text: `apiKey`, a space, and an API key as the page /site/account makes them.',
  },
}

/** `/photos/:id` as the document writes it. */
export const templateOf = (path: string) => path.replaceAll(/:(\w+)/g, '{$1}')

/** The JSON of an answer, `ok` included. */
export const answerOf = ({ answer }: Pick<Endpoint, 'answer'>) => z.object({ ok: z.literal(true), ...answer })

function operationOf(api: Pick<SitesApi, 'endings' | 'deps'>, endpoint: Endpoint, schemas: Record<string, Json>): Json {
  const { function: name, version, summary, status = 200, method, path } = endpoint
  const ending = endingOf(api, endpoint)
  const end =
    ending &&
    `Deprecated: supported until ${formatInstant(ending.supportedUntil)}${ending.successor === undefined ? '' : `; use ${ending.successor}`}.`
  return {
    operationId: `${name.replaceAll('.', '_')}_v${version}`,
    tags: [tagOf(name)],
    summary: ending === undefined ? summary : `${summary} (until ${formatInstant(ending.supportedUntil).slice(0, 10)})`,
    description: [end, `Function \`${name}\`, version ${version}.`].filter(Boolean).join(' '),
    ...(ending === undefined ? {} : { deprecated: true }),
    parameters: [...pathParameters(path), ...queryParameters(endpoint.query, schemas)],
    ...bodyOf(endpoint, schemas),
    responses: {
      [status]: status === 302 ? redirect : json(summary, schemaFor(answerOf(endpoint), 'output', schemas)),
      // A resource that is there already.
      ...(status === 201
        ? { 200: json('It was there already', schemaFor(answerOf(endpoint), 'output', schemas)) }
        : {}),
      ...Object.fromEntries(
        statusesOf(
          { method, path, hasBody: endpoint.body !== undefined || endpoint.ownBody !== undefined },
          ending,
        ).map((one) => [one, { $ref: `#/components/responses/Error${one}` }]),
      ),
    },
  }
}

const redirect: Json = {
  description: 'The signed link of section “Photo URLs”, in `Location`; no body',
  headers: { Location: { schema: { type: 'string', format: 'uri' } } },
}

const json = (description: string, schema: Json): Json => ({ description, content: { 'application/json': { schema } } })

/** `photos.list` is told under Photos. */
const tagOf = (name: string) => {
  const [noun = name] = name.split('.')
  return noun.charAt(0).toUpperCase() + noun.slice(1)
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: z.ZodType | undefined, schemas: Record<string, Json>): Json[] {
  if (query === undefined) return []
  const { properties, required } = schemaFor(query, 'input', schemas)
  return Object.entries(isObject(properties) ? properties : {}).map(([name, schema]) => {
    const { description, ...rest } = isObject(schema) ? schema : {}
    return {
      name,
      in: 'query',
      ...(Array.isArray(required) && required.includes(name) ? { required: true } : {}),
      ...(description === undefined ? {} : { description }),
      schema: rest.type === undefined && rest.anyOf === undefined ? { type: 'string', ...rest } : rest,
    }
  })
}

function bodyOf({ body, ownBody }: Endpoint, schemas: Record<string, Json>): Json {
  if (body !== undefined) {
    return {
      requestBody: { required: true, content: { 'application/json': { schema: schemaFor(body, 'input', schemas) } } },
    }
  }
  return ownBody === undefined ? {} : { requestBody: { required: true, content: ownBodies[ownBody] } }
}

const ownBodies: Record<NonNullable<Endpoint['ownBody']>, Json> = {
  photos: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        properties: {
          file: { type: 'array', maxItems: 20, items: { type: 'string', format: 'binary' } },
          meta: { type: 'string', description: 'JSON about the file before or after it' },
        },
      },
    },
    'image/jpeg': { schema: { type: 'string', format: 'binary' } },
    'application/json': { schema: { type: 'object', properties: { file_id: { type: 'string' } } } },
  },
}

/** JSON Schema; what has an id goes to `schemas` and is referred to. */
function schemaFor(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, Json>): Json {
  const { $schema: _dialect, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  for (const [name, one] of Object.entries($defs as Record<string, Json>)) schemas[name] = tidy(one)
  return tidy(rest)
}

/** References as the document has them; answers are open for members to come. */
function tidy(schema: Json): Json {
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, value]) => {
      if (value === undefined || name === 'id' || (name === 'additionalProperties' && value === false)) return []
      if (name === '$ref') return [[name, String(value).replace('#/$defs/', '#/components/schemas/')]]
      return [[name, tidyValue(value)]]
    }),
  )
}

function tidyValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidyValue)
  return isObject(value) ? tidy(value) : value
}
