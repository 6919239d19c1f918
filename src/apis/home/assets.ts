/**
 * What the pages are made of: own style, scripts and pictures from the folder beside this file (copied into dist/ by the
 * build), and the few files of Swagger UI that the docs need, found by module resolution. All served from this machine.
 */
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyPluginCallback } from 'fastify'
import { built } from '../../paths.ts'

const assetPath = (name: string) => built(`apis/home/assets/${name}`)
const own = (name: string) => readFileSync(assetPath(name), 'utf8').trim()

/** Texts that stand inline in the pages. */
export interface InlineAssets {
  style: string
  script: string
  /** The script of an interactive docs page. */
  tryScript: string
  /** The script of the page about image URLs. */
  tryPictures: string
  /** The form of the page about the Scoring API. */
  tryPhoto: string
  logo: string
}

export function readInlineAssets(): InlineAssets {
  return {
    style: own('site.css'),
    script: own('site.js'),
    tryScript: own('try.js'),
    tryPictures: own('try-images.js'),
    tryPhoto: own('try-photo.js'),
    logo: own('logo.svg'),
  }
}

export interface FileAssets {
  /** Address paths, with the package's version inside: they never change their bytes. */
  swaggerScript: string
  swaggerStyle: string
  /** A picture of ours for first trials, without a version: people type it. */
  samplePhoto: string
  /** Serves exactly these files. */
  routes: FastifyPluginCallback
}

export function createFileAssets(logo: string): FileAssets {
  const folder = dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json'))
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  const swagger = (name: string) => `/assets/swagger-ui/${version}/${name}`
  const file = (path: string, file: string, type: string, seconds: number) => ({ path, file, type, seconds })
  const year = 365 * 24 * 3600
  const files = [
    file(
      swagger('swagger-ui-bundle.js'),
      join(folder, 'static', 'swagger-ui-bundle.js'),
      'text/javascript; charset=utf-8',
      year,
    ),
    file(swagger('swagger-ui.css'), join(folder, 'static', 'swagger-ui.css'), 'text/css; charset=utf-8', year),
    file('/assets/sample.jpg', assetPath('sample.jpg'), 'image/jpeg', 3600),
  ] as const

  return {
    swaggerScript: files[0].path,
    swaggerStyle: files[1].path,
    samplePhoto: files[2].path,
    routes(app, _options, done) {
      for (const { path, file, type, seconds } of files) {
        const { size } = statSync(file)
        const etag = `"${version}-${size.toString(36)}"`
        app.get(path, (request, reply) => {
          reply.headers({
            'cache-control': `public, max-age=${seconds}${seconds === year ? ', immutable' : ''}`,
            etag,
            'x-content-type-options': 'nosniff',
            'cross-origin-resource-policy': 'same-origin',
          })
          if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send()
          reply.headers({ 'content-type': type, 'content-length': size })
          return reply.send(createReadStream(file))
        })
      }
      app.get('/favicon.ico', (_request, reply) =>
        reply
          .headers({
            'content-type': 'image/svg+xml',
            'cache-control': 'public, max-age=86400',
            'x-content-type-options': 'nosniff',
            'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
          })
          .send(logo),
      )
      done()
    },
  }
}
