/** The interactive page of the Sites API and its usage notes, in a real browser (site-photos-api.md section 11). */
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addInstallation, sitesClient } from '../support/sites-client.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { type Started, start } from './start.ts'
import { unreadableTexts } from './unreadable-texts.ts'

const missing = chromiumPath === undefined && process.env.CI !== 'true'

describe.skipIf(missing)('the Sites API’s pages', () => {
  let server: Started
  let browser: Browser

  beforeAll(async () => {
    browser = await launchChromium()
    server = await start()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  /** A new browser profile whose page notes everything that should not happen. */
  async function open(path: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' || /Content.Security.Policy/i.test(message.text())) faults.push(message.text())
    })
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.url)) faults.push(request.url())
    })
    const answer = await page.goto(new URL(path, server.url).href, { waitUntil: 'networkidle' })
    return { page, faults, policy: answer?.headers()['content-security-policy'] ?? '', close: () => context.close() }
  }

  const sizes = [
    { width: 390, height: 844 },
    { width: 1280, height: 900 },
  ]
  const views = (['light', 'dark'] as const).flatMap((colorScheme) =>
    sizes.map((viewport) => ({ colorScheme, viewport })),
  )
  test.each(views)('are readable and whole: $colorScheme, $viewport.width wide', async (view) => {
    for (const path of ['/site/', '/site/api_documentation.html']) {
      const { page, faults, close } = await open(path, view)
      if (process.env.SHOTS !== undefined) {
        const name = `${path.replaceAll(/\W+/g, '-')}${view.colorScheme}-${view.viewport.width}`
        await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true })
      }
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(view.viewport.width)
      if (path !== '/site/') expect(await page.evaluate(unreadableTexts), path).toEqual([])
      expect(faults, path).toEqual([])
      await close()
    }
  })

  test('a key is typed into the box as "apiKey ...", goes out unchanged, and a call shows its JSON', async () => {
    const client = await sitesClient({ url: server.url, composed: server.composed })
    const id = await addInstallation(client, { name: 'North tower' })
    const { page, faults, policy, close } = await open('/site')
    await page.getByRole('button', { name: 'Authorize' }).first().click()
    await page.locator('.modal-ux input').fill(`apiKey ${client.key}`)
    await page.locator('.modal-ux button[type=submit]').click()
    await page.getByRole('button', { name: 'Close' }).first().click()
    const block = page.locator('#operations-Installations-installations_list_v1')
    await block.locator('.opblock-summary-control').click()
    const sent = page.waitForRequest((request) => request.url().includes('/site/v1/installations'))
    await block.getByRole('button', { name: 'Execute' }).click()
    expect((await sent).headers().authorization).toBe(`apiKey ${client.key}`)
    const shown = block.locator('.live-responses-table .highlight-code').first()
    await shown.waitFor()
    expect(await shown.textContent()).toContain('North tower')
    expect(await shown.textContent()).toContain(id)
    if (process.env.SHOTS !== undefined)
      await page.screenshot({ path: `${process.env.SHOTS}/tried.png`, fullPage: true })
    expect(faults).toEqual([])
    // Nothing but this server, and no inline script.
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/https?:\/\/(?!127)|unsafe-(inline|eval)|\*/)
    await close()
  })

  test('versions that end are marked', async () => {
    const { page, close } = await open('/site')
    const old = page.locator('#operations-Photos-photos_list_v1')
    expect(await old.getAttribute('class')).toContain('deprecated')
    expect(await old.textContent()).toMatch(/until \d{4}-\d\d-\d\d/)
    const current = page.locator('#operations-Photos-photos_list_v2')
    expect(await current.getAttribute('class')).not.toContain('deprecated')
    await close()
  })
})
