/** The pages as a person meets them, in a real browser. Without Chromium they are skipped, in CI they fail. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, launchChromium } from './chromium.ts'
import { type Started, start } from './start.ts'
import { unreadableTexts } from './unreadable-texts.ts'

const missing = chromiumPath === undefined && process.env.CI !== 'true'
if (missing)
  console.warn('Browser tests are skipped: there is no Chromium (apt-get install chromium, or CHROMIUM_PATH).')

describe.skipIf(missing)('pages', () => {
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
    await page.goto(new URL(path, server.url).href, { waitUntil: 'networkidle' })
    return { page, faults, close: () => context.close() }
  }

  const sizes = [
    { width: 390, height: 844 },
    { width: 1280, height: 900 },
  ]
  const views = (['light', 'dark'] as const).flatMap((colorScheme) =>
    sizes.map((viewport) => ({ colorScheme, viewport })),
  )
  test.each(views)('are readable and whole: $colorScheme, $viewport.width wide', async (view) => {
    for (const path of ['/', '/docs', '/docs/tasks', '/docs/library', '/docs/images', '/docs/scoring', '/docs/sites']) {
      const { page, faults, close } = await open(path, view)
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(view.viewport.width)
      expect(await page.evaluate(unreadableTexts), path).toEqual([])
      expect(faults, path).toEqual([])
      await close()
    }
  })

  test('a welcome link shows the keys to the first browser only and leaves the address bar', async () => {
    const first = await open(server.welcomeLink)
    expect(first.page.url()).toBe(`${server.url}/`)
    expect(await first.page.textContent('main')).toContain(server.secretKey)
    await first.page.reload()
    expect(await first.page.textContent('main')).toContain(server.publicKey)
    expect(await first.page.evaluate('document.cookie')).toBe('')
    expect(first.faults).toEqual([])

    const second = await open(server.welcomeLink)
    expect(await second.page.textContent('h1')).toBe('This link has been used')
    await second.page.click('text=To the start page')
    await second.page.waitForURL(`${server.url}/`)
    expect(await second.page.content()).not.toContain(server.publicKey)
    await first.close()
    await second.close()
  })

  test('a copy button copies exactly its sample', async () => {
    const { page, close } = await open('/', { permissions: ['clipboard-read', 'clipboard-write'] })
    const sample = page.locator('.sample').first()
    await sample.getByRole('button', { name: 'Copy: Get a token' }).click()
    await page.waitForFunction("document.querySelector('.copy').textContent === 'Copied'")
    const copied = await page.evaluate('navigator.clipboard.readText()')
    expect(copied).toBe(await sample.locator('code').textContent())
    expect(copied).toContain(`SERVER=${server.url}\n`)
    await close()
  })

  test('the keyboard reaches the content first', async () => {
    const { page, close } = await open('/docs/tasks')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(page.url()).toBe(`${server.url}/docs/tasks#content`)
    await close()
  })

  test('the interactive page makes a token from the public key and calls the API with it', async () => {
    const { page, faults, close } = await open('/docs/tasks')
    await page.waitForSelector('#swagger .opblock')
    await page.fill('#key-form input', server.publicKey)
    await page.click('text=Make a token')
    await page.waitForSelector('#key-said:has-text("Authorised")')
    expect(await statusOfStart(page)).toBe('200')
    expect(faults).toEqual([])
    await close()
  })

  test('the interactive page of the library calls the API with the private key of the form', async () => {
    const { page, faults, close } = await open('/docs/library')
    await page.waitForSelector('#swagger .opblock')
    await page.fill('#key-form input', server.secretKey)
    await page.click('text=Use this key')
    const call = page.locator('#swagger .opblock', { hasText: 'List and search' }).first()
    await call.locator('.opblock-summary-control').click()
    await call.getByRole('button', { name: 'Execute' }).click()
    const status = call.locator('.live-responses-table .response .response-col_status').first()
    await status.waitFor()
    expect(await status.textContent()).toBe('200')
    expect(faults).toEqual([])
    await close()
  })

  test('the page of the Scoring API scores a photo with what the welcome link made', async () => {
    const own = await start()
    const context = await browser.newContext()
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text())
    })
    try {
      await page.goto(own.welcomeLink)
      await page.goto(`${own.url}/docs/scoring`, { waitUntil: 'networkidle' })
      await page.click('text=Score and label it')
      await page.waitForSelector('#photo-said:has-text("Done in")')
      expect(await page.textContent('#photo-shown .score')).toMatch(/^\d+\.\d\d of 10$/)
      const width = () => page.evaluate("document.querySelector('#photo-shown img').naturalWidth")
      await expect.poll(width).toBe(1600)
      // Without a client-key one is made.
      await page.fill('#photo-form input[name=key]', '')
      await page.click('text=Score and label it')
      await page.waitForSelector('#photo-said:has-text("Done in")')
      expect((await page.inputValue('#photo-form input[name=key]')).length).toBe(358)
      await page.click('#key-form button')
      await page.waitForSelector('#key-said:has-text("Authorised for 24 hours")')
      expect(faults).toEqual([])
    } finally {
      await context.close()
      await own.stop()
    }
  })

  test('the interactive page says why there is no token', async () => {
    const { page, close } = await open('/docs/tasks')
    await page.route('**/v1/auth', (route) =>
      route.fulfill({ status: 401, json: { name: 'Unauthorized', message: 'No such key.' } }),
    )
    await page.fill('#key-form input', 'wrong')
    await page.click('text=Make a token')
    await page.waitForSelector('#key-said:has-text("No token: No such key.")')
    await close()
  })
})

/** Runs "start a task" in Swagger UI and reads the status it shows. */
async function statusOfStart(page: Page): Promise<string | null> {
  const call = page.locator('#swagger .opblock', { hasText: '/v1/start/{tool}' }).first()
  await call.locator('.opblock-summary-control').click()
  const row = call.locator('tr[data-param-name=tool]')
  await row.locator('select, input').first().waitFor()
  if ((await row.locator('select').count()) > 0) await row.locator('select').selectOption('resizeimage')
  else await row.locator('input').fill('resizeimage')
  await call.getByRole('button', { name: 'Execute' }).click()
  await call.locator('.live-responses-table .response-col_status').first().waitFor()
  return call.locator('.live-responses-table .response .response-col_status').first().textContent()
}
