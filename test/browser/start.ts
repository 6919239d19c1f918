/**
 * Starts what the browser tests look at. Everything they need is behind this one function, so that it can be pointed at
 * the composed server; until then it is the pages alone beside a Tasks API that only answers.
 */
import Fastify from 'fastify'
import sharp from 'sharp'
import { homePages } from '../../src/apis/home/index.ts'
import { version } from '../../src/paths.ts'

export interface Started {
  /** Origin without a slash. */
  url: string
  /** A fresh one-time link. */
  welcomeLink: string
  publicKey: string
  secretKey: string
  stop(): Promise<void>
}

const publicKey = 'project_public_0123456789abcdef0123456789abcdef_AbC1x'
const secretKey = 'secret_key_fedcba9876543210fedcba9876543210_XyZ9q'

export async function start(): Promise<Started> {
  const app = Fastify({ routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2048 } })
  const cookie = 'cookie-of-the-first-browser'
  let opened = false
  app.register(
    homePages({
      version,
      tasksDocument: document,
      welcome: {
        async open(token, host) {
          if (!host.startsWith('127.0.0.1')) return 'foreign-host'
          if (token !== 'good' || opened) return token === 'old' ? 'expired' : 'used'
          opened = true
          return { cookie }
        },
        async keysFor(value) {
          return value === cookie ? { project: 'default', publicKey, secretKey } : undefined
        },
      },
    }),
  )
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume().once('end', () => done(null))
  })
  const server = () => app.listeningOrigin.replace(/^.*\/\//, '')
  app.post('/v1/auth', () => ({ token: 'header.payload.signature' }))
  app.get('/v1/start/:tool', (request, reply) =>
    request.headers.authorization === undefined
      ? reply.code(401).send({ name: 'Unauthorized', message: 'The token is missing or not valid.' })
      : { server: server(), task: 'task1', remaining_files: 1_000_000 },
  )
  app.post('/v1/upload', () => ({ server_filename: 'aa.jpg', filename: 'photo.jpg' }))
  app.post('/v1/process', () => ({ status: 'TaskSuccess', filesize: 170_828, output_filesize: 40_000 }))
  app.get('/v1/download/:task', (_request, reply) => reply.type('image/jpeg').send(result))
  const result = await sharp({ create: { width: 800, height: 533, channels: 3, background: '#0b6b57' } })
    .jpeg()
    .toBuffer()
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, welcomeLink: `${url}/?welcome=good`, publicKey, secretKey, stop: () => app.close() }
}

const document = {
  openapi: '3.1.0',
  info: { title: 'Tasks API', version: 'v1', description: 'Start, upload, process, download.' },
  servers: [{ url: '/' }],
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
  security: [{ token: [] }],
  paths: {
    '/v1/auth': {
      post: {
        summary: 'A token for the public key',
        security: [],
        requestBody: {
          content: {
            'application/json': {
              schema: { type: 'object', required: ['public_key'], properties: { public_key: { type: 'string' } } },
            },
          },
        },
        responses: { 200: { description: 'The token' } },
      },
    },
    '/v1/start/{tool}': {
      get: {
        summary: 'Start a task',
        parameters: [{ name: 'tool', in: 'path', required: true, schema: { type: 'string', default: 'resizeimage' } }],
        responses: { 200: { description: 'Server and task' }, 401: { description: 'No token' } },
      },
    },
    '/v1/process': {
      post: {
        summary: 'Process the files of a task',
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        responses: { 200: { description: 'Done' } },
      },
    },
  },
}
