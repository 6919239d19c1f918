/** The pages of the server itself: `/`, the docs under `/docs`, and the files they need. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FirstKeys, Welcome } from '../../core/welcome/welcome.ts'
import type { ApiModule } from '../../http/api-module.ts'
import { sendPage } from '../../http/page/document.ts'
import type { Html } from '../../http/page/html.ts'
import { renderPlainError } from '../../http/plain-error.ts'
import { createFileAssets, readInlineAssets } from './assets.ts'
import { docsIndex } from './docs.ts'
import { tasksDocs } from './docs-tasks.ts'
import { framed } from './frame.ts'
import { landing, refusedLink } from './landing.ts'

export interface HomeDeps {
  welcome: Pick<Welcome, 'open' | 'keysFor'>
  publicUrl?: string
  version: string
  /** The OpenAPI 3.1 document of the Tasks API. */
  tasksDocument: () => object
}

const cookieName = 'imagestead_welcome'

interface PageParts {
  title: string
  description: string
  body: Html
  current?: 'docs' | 'tasks'
  status?: number
  interactive?: boolean
}

/** Answers GET and HEAD only. */
export function homePages({ welcome, publicUrl, version, tasksDocument }: HomeDeps): ApiModule {
  const inline = readInlineAssets()
  const files = createFileAssets(inline.logo)
  const documentPath = '/docs/tasks/openapi.json'
  let documentText: string | undefined

  return {
    name: 'home',
    owns: (path) => /^\/($|docs(\/|$)|assets\/)/.test(path),
    renderError: renderPlainError,
    register,
  }

  function register(app: FastifyInstance): void {
    app.register(files.routes)

    app.get<{ Querystring: { welcome?: unknown } }>('/', async (request, reply) => {
      const token = request.query.welcome
      // A HEAD is a look ahead (link previews): it must not use the link up.
      if (typeof token === 'string' && request.method === 'GET') return openLink(request, reply, token)
      const keys = await keysOf(request)
      return page(request, reply, {
        title: 'Imagestead: the image platform on your own machines',
        description: 'One server and one library of images behind APIs that existing programs already speak.',
        body: landing({ server: originOf(request), samplePhoto: files.samplePhoto, keys }),
      })
    })

    app.get('/docs', (request, reply) =>
      page(request, reply, {
        title: 'Docs of Imagestead',
        description: 'The APIs of this server, each with first calls, errors and an interactive page.',
        body: docsIndex(),
        current: 'docs',
      }),
    )

    app.get('/docs/tasks', async (request, reply) => {
      const keys = await keysOf(request)
      return page(request, reply, {
        title: 'Tasks API: docs of Imagestead',
        description: 'Start, upload, process, download: calls, parameters, errors, samples and an interactive page.',
        body: tasksDocs({
          server: originOf(request),
          samplePhoto: files.samplePhoto,
          document: documentPath,
          keys,
        }),
        current: 'tasks',
        interactive: true,
      })
    })

    app.get(documentPath, (_request, reply) => {
      documentText ??= JSON.stringify(tasksDocument())
      return reply
        .headers({
          'content-type': 'application/json; charset=utf-8',
          'cache-control': 'no-cache',
          'x-content-type-options': 'nosniff',
          'access-control-allow-origin': '*',
        })
        .send(documentText)
    })
  }

  async function openLink(request: FastifyRequest, reply: FastifyReply, token: string) {
    const opened = await welcome.open(token, request.host, cookieOf(request))
    if (typeof opened === 'object') {
      const secure = request.protocol === 'https' ? '; Secure' : ''
      const cookie = `${cookieName}=${opened.cookie}; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict${secure}`
      return reply
        .headers({ 'set-cookie': cookie, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
        .redirect('/', 303)
    }
    const { title, body } = refusedLink(opened)
    return page(request, reply, { title: `${title}: Imagestead`, description: title, body, status: 403 })
  }

  async function keysOf(request: FastifyRequest): Promise<FirstKeys | undefined> {
    const cookie = cookieOf(request)
    return cookie === undefined ? undefined : welcome.keysFor(cookie)
  }

  function page(request: FastifyRequest, reply: FastifyReply, parts: PageParts) {
    const { body, current, interactive, ...rest } = parts
    const frame = { logo: inline.logo, version, ...(current === undefined ? {} : { current }) }
    return sendPage(reply, {
      ...rest,
      body: framed(frame, body),
      styles: [inline.style],
      scripts: interactive ? [inline.script, inline.tryScript] : [inline.script],
      icon: inline.logo,
      ...(interactive
        ? {
            files: { script: [files.swaggerScript], style: [files.swaggerStyle], connect: ['/v1/', documentPath] },
            hosts: publicUrl === undefined ? [request.host] : [request.host, new URL(publicUrl).host],
          }
        : {}),
    })
  }

  /** Where the reader reaches this server; samples are made with it. */
  function originOf(request: FastifyRequest): string {
    const origin = publicUrl ?? `${request.protocol}://${request.host}`
    return URL.canParse(origin) ? new URL(origin).origin : 'http://127.0.0.1:8080'
  }
}

function cookieOf(request: FastifyRequest): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=')
    if (name === cookieName && value !== undefined && value !== '') return value
  }
  return undefined
}
