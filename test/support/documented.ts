/** Holds answers of the Library and Scoring APIs against their OpenAPI documents: their schemas are the zod schemas of answers.ts. */
import { libraryOpenApi } from '../../src/apis/library/openapi.ts'
import { answersByName as libraryAnswers } from '../../src/apis/library/openapi-parts.ts'
import { scoringOpenApi } from '../../src/apis/scoring/openapi.ts'
import { answersByName as scoringAnswers } from '../../src/apis/scoring/openapi-parts.ts'
import { isObject, type Json, operationsOf } from '../../src/http/openapi.ts'

const answersByName = { ...libraryAnswers, ...scoringAnswers }

const documented = [...operationsOf(libraryOpenApi(undefined)), ...operationsOf(scoringOpenApi(undefined))]
const calls = documented.map(({ verb, path, told }) => ({
  verb: verb.toUpperCase(),
  // Literal paths before those with parameters.
  parameters: path.split('{').length,
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
  responses: told.responses as Record<string, Json>,
}))
calls.sort((a, b) => a.parameters - b.parameters)

/** Why an answer is not what the document says; undefined when it is, or when the document is silent. */
export function unlikeDocument(method: string, path: string, status: number, json: unknown): string | undefined {
  const plain = path.split('?')[0] ?? ''
  const call = calls.find(({ verb, pattern }) => verb === method && pattern.test(plain))
  if (call === undefined || json === undefined) return undefined
  const response = call.responses[status]
  if (response === undefined) {
    // The Scoring API's statuses are all in its document, but for those of broken requests.
    return status < 400 || (plain.startsWith('/v2.') && status !== 408 && status !== 405)
      ? `${method} ${plain} answered ${status}, which is not documented`
      : undefined
  }
  if (typeof response.$ref === 'string') return fault(plain.startsWith('/v2.') ? 'Problem' : 'Error', json)
  const media = (response.content as Record<string, { schema: Json }> | undefined)?.['application/json']
  const { schema } = media ?? {}
  if (isObject(schema?.items)) {
    const name = nameOf(schema.items)
    return Array.isArray(json) ? json.map((item) => fault(name, item)).find(Boolean) : 'is no array'
  }
  return fault(nameOf(schema), json)
}

const nameOf = (schema: Json | undefined) =>
  String(schema?.$ref ?? '')
    .split('/')
    .at(-1) as keyof typeof answersByName

function fault(name: keyof typeof answersByName, json: unknown): string | undefined {
  const parsed = answersByName[name]?.safeParse(json)
  return parsed === undefined || parsed.success ? undefined : `${name}: ${parsed.error.message}`
}
