import { expect, test } from 'vitest'
import { isObject, type Json, operationsOf } from '../../http/openapi.ts'
import { endpoints, openEndpoints } from './index.ts'
import { libraryOpenApi } from './openapi.ts'
import { answersByName } from './openapi-parts.ts'

const document = libraryOpenApi(undefined)
const calls = operationsOf(document)
/** Names of parameters are no matter. */
const shape = (method: string, path: string) => `${method.toUpperCase()} ${path.replaceAll(/:\w+|\{\w+\}/g, '{}')}`

test('every registered route is in the document, and nothing else', () => {
  const registered = [...endpoints, ...openEndpoints].map(({ method, path }) => shape(method, path))
  expect(calls.map(({ verb, path }) => shape(verb, path)).sort()).toEqual(registered.sort())
})

test('every reference leads somewhere, and every parameter of a path is told', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => String(path))
  expect(references.length).toBeGreaterThan(100)
  for (const path of new Set(references)) {
    const found = path
      .split('/')
      .reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), document)
    expect(found, path).toBeDefined()
  }
  for (const { verb, path, told } of calls) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const parameters = (told.parameters ?? []) as Json[]
    const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
    expect(inPath, `${verb} ${path}`).toEqual(named)
  }
})

test('summaries are there and told apart', () => {
  const summaries = calls.map(({ told }) => told.summary)
  expect(new Set(summaries).size).toBe(calls.length)
})

test('bodies come from the schemas that read them', () => {
  const content = (path: string, verb: 'post' | 'patch', type: string) => {
    const told = calls.find((call) => call.path === path && call.verb === verb)?.told
    const body = told?.requestBody as { content: Record<string, { schema: { properties: Json } }> }
    return Object.keys(body.content[type]?.schema.properties ?? {})
  }
  expect(content('/api/v1/files/upload', 'post', 'multipart/form-data')).toEqual(
    expect.arrayContaining(['file', 'fileName', 'useUniqueFileName', 'customMetadata', 'checks', 'transformation']),
  )
  expect(content('/v1/files/{fileId}/details', 'patch', 'application/json')).toEqual(
    expect.arrayContaining(['tags', 'publish', 'removeAITags', 'customCoordinates']),
  )
  expect(content('/v1/customMetadataFields', 'post', 'application/json')).toEqual([
    'name',
    'label',
    'schema',
    'description',
  ])
})

test('the examples are answers that the schemas accept', () => {
  const schemas: Record<string, { parse(value: unknown): unknown }> = answersByName
  for (const { told } of calls) {
    const responses = told.responses as Record<string, { content?: Record<string, { schema: Json; example: unknown }> }>
    const media = Object.values(responses)[0]?.content?.['application/json']
    const items = isObject(media?.schema.items) ? media.schema.items : media?.schema
    const name = String(items?.$ref ?? '')
      .split('/')
      .at(-1)
    const schema = schemas[name ?? '']
    if (schema === undefined) continue
    const examples = Array.isArray(media?.example) && name !== 'List' ? media.example : [media?.example]
    for (const example of examples) expect(() => schema.parse(example), String(told.summary)).not.toThrow()
  }
})
