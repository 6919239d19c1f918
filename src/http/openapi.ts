/** What the OpenAPI 3.1 documents of the APIs share: JSON Schemas made of the zod schemas, and the small parts of a path. */
import { z } from 'zod'

export type Json = Record<string, unknown>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** JSON Schema of what a zod schema reads: everything a client may leave out is optional. */
export function schemaOf(schema: z.ZodType): Json {
  return loosen(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Json)
}

function loosen(schema: Json): Json {
  const { required: _required, additionalProperties: _additional, $schema: _dialect, ...rest } = schema
  return Object.fromEntries(
    Object.entries(rest).map(([name, value]) => {
      if (Array.isArray(value)) return [name, value.map((item) => (isObject(item) ? loosen(item) : item))]
      return [name, isObject(value) ? loosen(value) : value]
    }),
  )
}

/** The schema of a form with a file part beside the fields. */
export function withFile(schema: Json): Json {
  const properties = isObject(schema.properties) ? schema.properties : {}
  return { ...schema, properties: { ...properties, file: { type: 'string', format: 'binary' } } }
}

export const pathParameter = (name: string, description: string, extra: Json = {}): Json => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', ...extra },
})

/** Title, version and licence; `servers`: the configured address, or the one the page was loaded from. */
export function documentHead(title: string, version: string, description: string, publicUrl: string | undefined): Json {
  return {
    openapi: '3.1.0',
    info: { title, version, description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: publicUrl ?? '/' }],
  }
}

export const verbs = ['get', 'post', 'put', 'patch', 'delete'] as const

export interface DocumentedCall {
  verb: (typeof verbs)[number]
  /** With `{name}` for parameters. */
  path: string
  /** The operation object. */
  told: Json
}

/** Every operation of a document, in its order. */
export function operationsOf(document: Json): DocumentedCall[] {
  const paths = isObject(document.paths) ? document.paths : {}
  return Object.entries(paths).flatMap(([path, item]) =>
    verbs.flatMap((verb) => {
      const told = isObject(item) ? item[verb] : undefined
      return isObject(told) ? [{ verb, path, told }] : []
    }),
  )
}

/** The same as lines for a table. */
export function callsOf(document: Json): { call: string; summary: string }[] {
  return operationsOf(document).map(({ verb, path, told }) => ({
    call: `${verb.toUpperCase()} ${path}`,
    summary: String(told.summary),
  }))
}
