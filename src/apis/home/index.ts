/** The pages of the server itself: `/`, the docs under `/docs`, and the files they need. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FirstKeys, Welcome } from '../../core/welcome/welcome.ts'
import type { ApiModule } from '../../http/api-module.ts'
import { callsOf, type Json } from '../../http/openapi.ts'
import { sendPage } from '../../http/page/document.ts'
import type { Html } from '../../http/page/html.ts'
import { renderPlainError } from '../../http/plain-error.ts'
import { postmanCollection, postmanEnvironment } from '../../http/postman.ts'
import { createFileAssets, readInlineAssets } from './assets.ts'
import { type ApiDocs, docsIndex } from './docs.ts'
import { imagesDocs } from './docs-images.ts'
import { libraryDocs } from './docs-library.ts'
import { scoringDocs, shownAccount } from './docs-scoring.ts'
import { sitesDocs } from './docs-sites.ts'
import { tasksDocs } from './docs-tasks.ts'
import { framed, type PageName } from './frame.ts'
import { landing, refusedLink } from './landing.ts'
import { placeholders } from './samples.ts'

export interface HomeDeps {
  welcome: Pick<Welcome, 'open' | 'keysFor'>
  publicUrl?: string
  version: string
  /** OpenAPI 3.1 documents by API. */
  documents: Record<'tasks' | 'library' | 'images' | 'scoring' | 'sites', () => Promise<Json>>
}

interface ApiPage {
  /** Last part of its path below /docs. */
  name: 'tasks' | 'library' | 'images' | 'scoring' | 'sites'
  title: string
  description: string
  body(docs: ApiDocs): Html
  /** Paths (ending in a slash) that its interactive part calls; absent: the API has a page of its own for that. */
  reaches?: readonly string[]
  /** What the interactive part is: a form that shows a picture, a form for a photo and Swagger UI, or (absent) that alone. */
  tries?: 'pictures' | 'photo'
}

const apiPages: readonly ApiPage[] = [
  {
    name: 'tasks',
    title: 'Tasks API',
    description: 'Start, upload, process, download: calls, parameters, errors, samples and an interactive page.',
    body: tasksDocs,
    reaches: ['/v1/'],
  },
  {
    name: 'library',
    title: 'Library API',
    description: 'Upload, search, folders, versions, custom fields: calls, errors, samples and an interactive page.',
    body: libraryDocs,
    reaches: ['/v1/', '/api/'],
  },
  {
    name: 'images',
    title: 'Image URLs',
    description:
      'Transformations in the address: every key, signed addresses, snippets for frameworks, and a form to try.',
    body: imagesDocs,
    // Every project's pictures.
    reaches: ['/'],
    tries: 'pictures',
  },
  {
    name: 'scoring',
    title: 'Scoring API',
    description: 'A score and a label for every photo: calls, labels, errors, samples, and a form to try a photo.',
    body: scoringDocs,
    reaches: ['/v2.0/', '/v2.1/', '/assets/'],
    tries: 'photo',
  },
  {
    name: 'sites',
    title: 'Sites API',
    description: 'Photos of places over the years: keys, photo URLs, versions, limits, errors, samples.',
    body: sitesDocs,
  },
]

const cookieName = 'imagestead_welcome'
const jsonHeaders = { 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' }

interface PageParts {
  title: string
  description: string
  body: Html
  current?: PageName
  status?: number
  /** Paths that the interactive part calls; absent: there is none. */
  reaches?: readonly string[]
  tries?: ApiPage['tries']
}

/** Answers GET and HEAD only. */
export function homePages({ welcome, publicUrl, version, documents }: HomeDeps): ApiModule {
  const inline = readInlineAssets()
  const files = createFileAssets(inline.logo)
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

    for (const api of apiPages) registerDocs(app, api)
  }

  function registerDocs(app: FastifyInstance, { name, title, description, body, reaches, tries }: ApiPage): void {
    const base = `/docs/${name}`
    const openapi = `${base}/openapi.json`
    const collection = `${base}/postman.json`
    const environment = `${base}/postman-environment.json`
    const document = once(documents[name])
    const texts = {
      [openapi]: document,
      ...(reaches === undefined ? {} : { [collection]: once(async () => postmanCollection(await document())) }),
    }

    app.get(base, async (request, reply) => {
      const keys = await keysOf(request)
      const server = originOf(request)
      const { samplePhoto } = files
      return page(request, reply, {
        title: `${title}: docs of Imagestead`,
        description,
        body: body({ server, samplePhoto, openapi, collection, environment, calls: callsOf(await document()), keys }),
        current: name,
        ...(reaches === undefined ? {} : { reaches: [...reaches, openapi] }),
        ...(tries === undefined ? {} : { tries }),
      })
    })

    for (const [path, content] of Object.entries(texts)) {
      const text = once(async () => JSON.stringify(await content()))
      app.get(path, async (_request, reply) =>
        reply
          .headers({ ...jsonHeaders, 'cache-control': 'no-cache', 'access-control-allow-origin': '*' })
          .send(await text()),
      )
    }

    if (reaches === undefined) return
    app.get(environment, async (request, reply) => {
      const keys = await keysOf(request)
      const { publicKey, secretKey } = keys ?? placeholders
      const account = name === 'scoring' ? { account: shownAccount(keys) } : {}
      return reply
        .headers({
          ...jsonHeaders,
          'cache-control': 'no-store',
          vary: 'Cookie',
          'content-disposition': 'attachment; filename="imagestead.postman_environment.json"',
        })
        .send(postmanEnvironment('Imagestead', { server: originOf(request), publicKey, secretKey, ...account }))
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
    const { body, current, reaches, tries, ...rest } = parts
    const frame = { logo: inline.logo, version, ...(current === undefined ? {} : { current }) }
    return sendPage(reply, {
      ...rest,
      body: framed(frame, body),
      styles: [inline.style],
      scripts: [inline.script, ...(reaches === undefined ? [] : scriptsOf(tries))],
      icon: inline.logo,
      ...(reaches === undefined
        ? {}
        : {
            files: {
              ...(tries === 'pictures' ? {} : { script: [files.swaggerScript], style: [files.swaggerStyle] }),
              connect: reaches,
            },
            hosts: publicUrl === undefined ? [request.host] : [request.host, new URL(publicUrl).host],
          }),
    })
  }

  function scriptsOf(tries: ApiPage['tries']): string[] {
    if (tries === 'pictures') return [inline.tryPictures]
    return tries === 'photo' ? [inline.tryPhoto, inline.tryScript] : [inline.tryScript]
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

/** Made at the first call, kept from then on. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
