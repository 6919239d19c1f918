/** Holds answers of the Sites API against its endpoints: their status, and every member of their JSON. */
import { isDeepStrictEqual } from 'node:util'
import { endpoints } from '../../src/apis/sites/index.ts'
import { answerOf } from '../../src/apis/sites/openapi.ts'
import { errorSchema } from '../../src/apis/sites/openapi-parts.ts'
import { pathOf } from '../../src/apis/sites/versions.ts'

const calls = endpoints.map((endpoint) => ({
  endpoint,
  // Literal paths before those with parameters.
  parameters: endpoint.path.split(':').length,
  pattern: new RegExp(`^${pathOf(endpoint).replaceAll(/:\w+/g, '[^/]+')}/?$`),
  schema: answerOf(endpoint),
}))
calls.sort((a, b) => a.parameters - b.parameters)

/** @param path from /site on @returns why an answer is not what its endpoint says; undefined: it is, or there is none */
export function unlikeEndpoint(method: string, path: string, status: number, json: unknown): string | undefined {
  if (json === undefined) return undefined
  if (status >= 400) return errorSchema.safeParse(json).error?.message
  const plain = path.split('?')[0] ?? ''
  const call = calls.find(({ endpoint, pattern }) => endpoint.method === method && pattern.test(plain))
  if (call === undefined) return undefined
  const { status: said = 200 } = call.endpoint
  if (status !== said && !(status === 200 && said === 201)) return `${status} instead of ${said}`
  const parsed = call.schema.safeParse(json)
  if (!parsed.success) return parsed.error.message
  // What the schema does not know, it leaves out.
  if (isDeepStrictEqual(parsed.data, json)) return undefined
  return `members that its schema does not name: ${strangers(parsed.data, json).join(', ')}`
}

function strangers(known: unknown, given: unknown, at = ''): string[] {
  if (typeof known !== 'object' || known === null || typeof given !== 'object' || given === null) return []
  return Object.entries(given).flatMap(([name, value]) => {
    const place = at === '' ? name : `${at}.${name}`
    if (!(name in known)) return [place]
    return strangers((known as Record<string, unknown>)[name], value, place)
  })
}
