/** Uploaded HTML, SVG, scripts and XML in a real browser: on our own origin they never run (image-urls.md section 11). */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliveryClient } from '../support/delivery-client.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { type Started, start } from './start.ts'

const missing = chromiumPath === undefined && process.env.CI !== 'true'

/** Whatever of it runs asks for a path that tells so. */
const run = (how: string) =>
  `fetch('/ran/${how}');new Image().src='/ran/${how}-image';parent&&parent.postMessage('ran','*')`
const html = (
  how: string,
) => `<!doctype html><title>x</title><script>${run(how)}</script><img src=x onerror="${run(`${how}-handler`)}">
<script src="/default/script.js"></script><iframe src="/default/drawing.svg"></iframe><form action="/ran/form" id=f></form>
<script>f.submit()</script><meta http-equiv="refresh" content="0;url=javascript:${run('refresh')}">`
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20" onload="${run('svg-load')}"><script>${run('svg')}</script>
<foreignObject width="9" height="9"><body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="${run('svg-foreign')}"/></body></foreignObject></svg>`
const xml = `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="/default/style.xsl"?><html xmlns="http://www.w3.org/1999/xhtml"><script>${run('xml')}</script></html>`

const files: Record<string, string> = {
  'page.html': html('html'),
  'page.xhtml': xml,
  'data.xml': xml,
  'style.xsl': `<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/>`,
  'drawing.svg': svg,
  'script.js': run('script'),
  'plain.txt': html('text'),
  'fake.jpg': html('fake'),
  'no-extension': html('bare'),
}

describe.skipIf(missing)('hostile files', () => {
  let server: Started
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
    server = await start()
    const client = deliveryClient(server)
    for (const [name, text] of Object.entries(files)) await client.upload(name, Buffer.from(text))
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  test.each([
    ...Object.keys(files),
    'page.html?tr=orig-true',
    'drawing.svg?tr=w-10',
    'nothing.html?<script>',
    'page.html?tr=<script>alert(1)</script>',
    'page.html?ik-s=<img src=x onerror=alert(1)>',
  ])('%s never runs', async (path) => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const asked: string[] = []
    page.on('request', (request) => {
      if (/\/ran\//.test(request.url())) asked.push(request.url())
    })
    page.on('dialog', (dialog) => {
      asked.push(dialog.message())
      void dialog.dismiss()
    })
    await page.goto(`${server.url}/default/${path}`, { waitUntil: 'load' }).catch((error: Error) => {
      // Shown as a download: not run either.
      if (!/ERR_ABORTED|Download is starting/.test(error.message)) throw error
    })
    await page.waitForLoadState('networkidle')
    expect(asked).toEqual([])
    await context.close()
  })

  test('a script of ours is not one for other pages by its type alone: nosniff holds', async () => {
    const page = await browser.newPage()
    await page.goto(`${server.url}/livez`)
    const loaded = await page.evaluate(
      `new Promise((resolve) => { const s = document.createElement('script'); s.src = '/default/fake.jpg'; s.onload = () => resolve(true); s.onerror = () => resolve(false); document.documentElement.append(s) })`,
    )
    expect(loaded).toBe(false)
    await page.close()
  })
})
