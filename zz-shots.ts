import { launchChromium } from './test/browser/chromium.ts'
import { start } from './test/browser/start.ts'

const server = await start()
const browser = await launchChromium()
for (const [scheme, width] of [
  ['light', 390],
  ['dark', 390],
  ['light', 1280],
  ['dark', 1280],
] as const) {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 } })
  const page = await context.newPage()
  for (const [name, path] of [
    ['home', '/'],
    ['docs', '/docs'],
    ['library', '/docs/library'],
  ] as const) {
    if (name !== 'library' && scheme === 'dark' && width === 1280) continue
    await page.goto(server.url + path, { waitUntil: 'networkidle' })
    await page.screenshot({ path: `/tmp/wt-shots/${name}-${scheme}-${width}.png`, fullPage: name !== 'library' })
    if (name === 'library') {
      const parts = ['first', 'clients', 'upload', 'calls', 'search', 'errors', 'try']
      for (const part of parts) {
        await page.evaluate(
          `document.documentElement.style.scrollBehavior='auto';document.getElementById('${part}').scrollIntoView()`,
        )
        await page.waitForTimeout(150)
        await page.screenshot({ path: `/tmp/wt-shots/${name}-${part}-${scheme}-${width}.png` })
      }
    }
  }
  await context.close()
}
// The interactive part with the key.
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
await page.goto(server.welcomeLink, { waitUntil: 'networkidle' })
await page.goto(`${server.url}/docs/library`, { waitUntil: 'networkidle' })
await page.waitForSelector('#swagger .opblock')
await page.click('text=Use this key')
const call = page.locator('#swagger .opblock', { hasText: '/v1/files' }).filter({ hasText: 'List and search' }).first()
await call.locator('.opblock-summary-control').click()
await call.getByRole('button', { name: 'Execute' }).click()
await page.waitForTimeout(1500)
console.log('status', await call.locator('.live-responses-table .response .response-col_status').first().textContent())
await call.scrollIntoViewIfNeeded()
await page.screenshot({ path: '/tmp/wt-shots/try.png' })
await browser.close()
await server.stop()
