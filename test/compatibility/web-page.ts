/**
 * A web page of somebody else, in a real browser, that loads a client library and uploads to our server: so cross-origin
 * rules count. Its own server signs the uploads, as the libraries want it.
 */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ImageKit from '@imagekit/nodejs'
import type { Browser } from 'playwright-core'
import { libraryBrowserShim } from '../../src/apis/home/samples-library.ts'
import { packageRoot } from '../../src/paths.ts'
import { launchChromium } from '../browser/chromium.ts'
import { startOrigin } from '../support/origin.ts'
import { quarters } from '../support/pictures.ts'
import { embedded, publicKey, secretKey, type TestServer } from '../support/stack.ts'

export interface WebPage {
  server: TestServer
  picture: Buffer
  /** Errors of the page and its console. */
  faults: string[]
  /** Runs the body of an async function in the page: `library`, `signed()`, `photo()`, `imagesteadRequest()` are there. */
  run<T>(code: string): Promise<T>
  stop(): Promise<void>
}

/** `script`: the library's browser build below node_modules, which sets `ImageKit`. */
export async function openWebPage(script: string): Promise<WebPage> {
  const picture = await quarters(64, 48, 'jpeg')
  const server = await embedded.start({ FETCH_ALLOW: '127.0.0.1' })
  const signer = new ImageKit({ privateKey: secretKey, baseURL: server.url })
  const texts: Record<string, string> = {
    '/': '<!doctype html><title>Shop</title><script src="/library.js"></script><script src="/page.js"></script>',
    '/library.js': await readFile(join(packageRoot, 'node_modules', script), 'utf8'),
    '/page.js': `${libraryBrowserShim(server.url)}\n${helpers}`,
  }
  const origin = await startOrigin(({ path }, response) => {
    if (path === '/photo.jpg') return response.end(picture)
    if (path === '/signed') {
      const signature = signer.helper.getAuthenticationParameters(randomUUID())
      return response.end(JSON.stringify({ ...signature, publicKey }))
    }
    const text = texts[path]
    const type = path === '/' ? 'text/html' : 'text/javascript'
    return response.writeHead(text === undefined ? 404 : 200, { 'content-type': type }).end(text)
  })
  const browser: Browser = await launchChromium()
  const page = await browser.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  await page.goto(origin.url)
  return {
    server,
    picture,
    faults,
    run: (code) => page.evaluate(`(async () => { ${code} })()`),
    async stop() {
      await browser.close()
      await origin.stop()
      await server.stop()
    },
  }
}

/** In the page. Errors come back as what they are made of. */
const helpers = `
const signed = async () => (await fetch('/signed')).json()
const photo = async () => (await fetch('/photo.jpg')).blob()
const told = (value) => ({ ...value, name: value.name, message: value.message, metadata: value.$ResponseMetadata })
`
