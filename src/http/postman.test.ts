import { expect, test } from 'vitest'
import { postmanCollection, postmanEnvironment } from './postman.ts'

const id = '0123456789abcdef01234567'
const json = (example: unknown) => ({ content: { 'application/json': { schema: { type: 'object' }, example } } })
const document = {
  info: { title: 'A test', description: 'About it' },
  components: { securitySchemes: { key: { type: 'http', scheme: 'basic' } } },
  paths: {
    '/things': {
      get: {
        tags: ['Things'],
        summary: 'List',
        parameters: [
          { name: 'limit', in: 'query', schema: { type: 'integer' }, example: 5 },
          { name: 'day', in: 'query', required: true, schema: { type: 'string' }, example: '2026-03-01' },
        ],
        responses: { '200': json([]) },
      },
      post: {
        tags: ['Things'],
        summary: 'Add',
        requestBody: json({ name: 'it', near: [id], key: 'YOUR_PUBLIC_KEY' }),
        responses: { '201': json({ id, parts: [{ id: 'part-1' }] }) },
        'x-keep': { thing: 'id', part: 'parts.0.id' },
      },
    },
    '/things/{thing}': {
      delete: {
        tags: ['Other'],
        summary: 'Delete',
        parameters: [{ name: 'thing', in: 'path', required: true, description: 'Its id', schema: { type: 'string' } }],
        responses: { '204': { description: 'Deleted' } },
      },
    },
    '/open': { get: { tags: ['Other'], summary: 'Open', security: [], responses: { '200': json({}) } } },
  },
}

// biome-ignore lint/suspicious/noExplicitAny: looked into freely
const made = postmanCollection(document) as any

test('the collection has a folder per tag and a request per operation', () => {
  expect(made.info).toEqual({
    name: 'A test',
    description: 'About it',
    schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
  })
  const names = made.item.map(({ name, item }: { name: string; item: { name: string }[] }) => [
    name,
    item.map((request) => request.name),
  ])
  expect(names).toEqual([
    ['Things', ['List', 'Add']],
    ['Other', ['Delete', 'Open']],
  ])
})

test('optional parameters are there but switched off', () => {
  const { url } = made.item[0].item[0].request
  expect(url.raw).toBe('{{server}}/things?day=2026-03-01')
  expect(url.query).toEqual([
    { key: 'limit', value: '5', description: '', disabled: true },
    { key: 'day', value: '2026-03-01', description: '' },
  ])
})

test('an answer’s id is kept, and stands wherever an example has it', () => {
  const add = made.item[0].item[1]
  expect(add.event[0].script.exec).toEqual([
    "pm.test('answers 201', () => pm.response.to.have.status(201))",
    "pm.collectionVariables.set('thing', pm.response.json().id)",
    "pm.collectionVariables.set('part', pm.response.json().parts[0].id)",
  ])
  expect(JSON.parse(add.request.body.raw)).toEqual({ name: 'it', near: ['{{thing}}'], key: '{{publicKey}}' })
  const { url } = made.item[1].item[0].request
  expect(url.path).toEqual(['things', ':thing'])
  expect(url.variable).toEqual([{ key: 'thing', value: '{{thing}}', description: 'Its id' }])
})

test('keys are named, never held; calls without them say so', () => {
  expect(made.auth.basic).toEqual([
    { key: 'username', value: '{{secretKey}}', type: 'string' },
    { key: 'password', value: '', type: 'string' },
  ])
  expect(made.item[1].item[1].request.auth).toEqual({ type: 'noauth' })
  const environment = postmanEnvironment('Mine', { server: 'http://h', publicKey: 'p', secretKey: 's' })
  expect(environment).toMatchObject({
    name: 'Mine',
    values: [
      { key: 'server', value: 'http://h' },
      { key: 'publicKey', value: 'p' },
      { key: 'secretKey', value: 's', type: 'secret' },
    ],
  })
})
