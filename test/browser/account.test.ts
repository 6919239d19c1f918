/** The page of a person's API keys in a real browser: by hand, by keyboard, on a phone, in the dark. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestClock } from '../../src/adapters/database/test-records.ts'
import { addUser, password } from '../support/scoring-client.ts'
import { sitesCaller } from '../support/sites-client.ts'
import { startServer, type TestServer } from '../support/stack.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { unreadableTexts } from './unreadable-texts.ts'

const missing = chromiumPath === undefined && process.env.CI !== 'true'
/** Where pictures of the page go, to be looked at. */
const gallery = process.env.SCREENSHOTS

describe.skipIf(missing)('the account page', () => {
  const clock = createTestClock(Date.now())
  let server: TestServer
  let browser: Browser

  beforeAll(async () => {
    browser = await launchChromium()
    server = await startServer({ SCORING_RATE_SIGN_IN: '100' }, clock)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  async function open(options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], ...options })
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      // Refusals that the page shows in words are noted by the browser too.
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(message.text())
    })
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.url)) faults.push(request.url())
    })
    await page.goto(`${server.url}/site/account`, { waitUntil: 'networkidle' })
    return { page, faults, close: () => context.close() }
  }

  async function signIn(page: Page, username: string, given = password): Promise<void> {
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password').first().fill(given)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  async function generate(page: Page, name: string): Promise<string> {
    await page.getByLabel('Name of the new key').fill(name)
    await page.getByRole('button', { name: 'Generate key' }).click()
    await page.getByRole('heading', { name, exact: true }).waitFor()
    return (await page.textContent('#fresh-key')) ?? ''
  }

  const answerOf = async (secret: string) => (await sitesCaller(server, secret)('GET', '/v1/installations')).status

  test('a person signs in, makes a key, copies it, sees it again, switches it and deletes it', async () => {
    const { username } = await addUser(server)
    const { page, faults, close } = await open()
    await signIn(page, username)
    await page.getByRole('heading', { name: 'No keys yet' }).waitFor()
    const secret = await generate(page, 'Dashboard')
    expect(secret).toMatch(/^sp_\w{8}_\w{40}$/)
    expect(await answerOf(secret)).toBe(200)
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.waitForSelector('#fresh-copy:has-text("Copied")')
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(secret)
    expect(await page.textContent('#fresh-call')).toContain(`apiKey ${secret}`)
    await page.getByRole('button', { name: 'Done' }).click()
    expect(await page.textContent('main')).not.toContain(secret)

    await page.getByRole('button', { name: 'Show the key Dashboard' }).click()
    await page.waitForSelector(`#list code:has-text("${secret}")`)
    await page.getByRole('button', { name: 'Hide the key Dashboard' }).click()
    expect(await page.textContent('main')).not.toContain(secret)

    const enabled = page.getByRole('checkbox', { name: 'Enabled: Dashboard' })
    await enabled.uncheck()
    await page.waitForSelector('#done:has-text("Dashboard is disabled.")', { state: 'attached' })
    expect(await answerOf(secret)).toBe(401)
    await enabled.check()
    await page.waitForSelector('#done:has-text("Dashboard is enabled.")', { state: 'attached' })
    expect(await answerOf(secret)).toBe(200)

    await page.getByRole('button', { name: 'Delete the key Dashboard' }).click()
    expect(await page.textContent('#ask-delete')).toMatch(/cannot be undone\. Integrations that use it\s+stop working/)
    await page.getByRole('button', { name: 'Keep it' }).click()
    expect(await answerOf(secret)).toBe(200)
    await page.getByRole('button', { name: 'Delete the key Dashboard' }).click()
    await page.getByRole('button', { name: 'Delete for ever' }).click()
    await page.getByRole('heading', { name: 'No keys yet' }).waitFor()
    expect(await answerOf(secret)).toBe(401)

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.textContent('main')).not.toContain('Dashboard')
    expect(await page.evaluate('document.cookie')).toBe('')
    expect(faults).toEqual([])
    await close()
  })

  test('after ten minutes the password is asked for before a key is shown', async () => {
    const { username } = await addUser(server)
    const { page, close } = await open()
    await signIn(page, username)
    const secret = await generate(page, 'Old sign-in')
    await page.getByRole('button', { name: 'Done' }).click()
    clock.advance(10 * 60_000)
    const eye = page.getByRole('button', { name: 'Show the key Old sign-in' })
    await eye.click()
    const dialog = page.locator('#ask-password')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(await page.textContent('#list')).not.toContain(secret)
    await eye.click()
    await dialog.getByLabel('Password').fill('wrong')
    await page.keyboard.press('Enter')
    await dialog.getByText('This is not your password.').waitFor()
    await dialog.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
    await page.waitForSelector(`#list code:has-text("${secret}")`)
    await close()
  })

  test('errors are said in words, and a session that ended leads to the form', async () => {
    const { username, id } = await addUser(server)
    const { page, close } = await open()
    await signIn(page, username, 'wrong')
    await page.getByRole('alert').getByText('No account has this username and password.').waitFor()
    await signIn(page, username)
    for (let made = 0; made < 20; made += 1) await server.composed.store.tx((tx) => aKeyOf(tx, id, made))
    await page.getByLabel('Name of the new key').fill('One too many')
    await page.getByRole('button', { name: 'Generate key' }).click()
    await page.getByRole('alert').getByText('at most 20 keys').waitFor()
    await server.composed.store.tx((tx) => tx.users.update(id, { passwordHash: 'another' }))
    await page.getByRole('button', { name: 'Generate key' }).click()
    await page.getByRole('alert').getByText('You are signed out by now. Sign in again.').waitFor()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.textContent('#list')).toBe('')
    await close()
  })

  async function aKeyOf(
    tx: Parameters<Parameters<TestServer['composed']['store']['tx']>[0]>[0],
    id: string,
    at: number,
  ) {
    await server.composed.siteKeys.create(tx, { user: { id, project: 'default' }, name: `Key ${at}` })
  }

  test('everything can be done with the keyboard', async () => {
    const { username } = await addUser(server)
    const { page, faults, close } = await open()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.getByLabel('Username').focus()
    await page.keyboard.type(username)
    await page.keyboard.press('Tab')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'API keys' }).waitFor()
    await page.waitForSelector('#new-key input:focus')
    await page.keyboard.type('By keyboard')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#fresh:focus')
    const focused = () =>
      page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.id")
    const names: unknown[] = []
    for (let tabs = 0; tabs < 6; tabs += 1) {
      await page.keyboard.press('Tab')
      names.push(await focused())
    }
    expect(names).toEqual([
      'fresh-copy',
      'A first call',
      'fresh-done',
      'Enabled: By keyboard',
      'Show the key By keyboard',
      'Delete the key By keyboard',
    ])
    await page.keyboard.press('Enter')
    await page.waitForSelector('#ask-delete[open]')
    // What does no harm is nearest.
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Keep it')
    await page.keyboard.press('Escape')
    await page.waitForSelector('#ask-delete:not([open])', { state: 'attached' })
    await expect.poll(focused).toBe('Delete the key By keyboard')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Space')
    await page.waitForSelector('button:focus[aria-label="Hide the key By keyboard"]')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Space')
    await page.waitForSelector('#done:has-text("By keyboard is disabled.")', { state: 'attached' })
    await expect.poll(focused).toBe('Enabled: By keyboard')
    expect(faults).toEqual([])
    await close()
  })

  const views = (['light', 'dark'] as const).flatMap((colorScheme) =>
    [
      { width: 390, height: 844 },
      { width: 1280, height: 900 },
    ].map((viewport) => ({ colorScheme, viewport })),
  )
  test.each(views)('is readable and whole: $colorScheme, $viewport.width wide', async (view) => {
    const { username, id } = await addUser(server)
    const { page, faults, close } = await open(view)
    const name = `${view.colorScheme}-${view.viewport.width}`
    const look = async (what: string) => {
      expect(await page.evaluate('document.documentElement.scrollWidth'), what).toBe(view.viewport.width)
      expect(await page.evaluate(unreadableTexts), what).toEqual([])
      if (gallery !== undefined) await page.screenshot({ path: `${gallery}/${what}-${name}.png`, fullPage: true })
    }
    await look('1-sign-in')
    await signIn(page, username, 'wrong')
    await page.getByRole('alert').getByText('No account').waitFor()
    await look('2-wrong')
    await signIn(page, username)
    await page.getByRole('heading', { name: 'No keys yet' }).waitFor()
    await look('3-empty')
    await generate(page, 'Dashboard of the head office with a rather long name that wraps')
    const secret = await generate(page, 'Backup')
    await answerOf(secret)
    await server.composed.store.tx((tx) =>
      server.composed.siteKeys.create(tx, { user: { id, project: 'default' }, name: 'Camera 7', camera: 'cm_01J0000' }),
    )
    await look('4-new-key')
    await page.reload({ waitUntil: 'networkidle' })
    await page.getByRole('checkbox').first().uncheck()
    await page.getByRole('button', { name: 'Show the key Backup' }).click()
    await page.waitForSelector(`#list code:has-text("${secret}")`)
    await look('5-keys')
    await page.getByRole('button', { name: 'Delete the key Backup' }).click()
    await look('6-delete')
    await page.keyboard.press('Escape')
    clock.advance(10 * 60_000)
    await page.getByRole('button', { name: /^Show the key Dashboard/ }).click()
    await page.waitForSelector('#ask-password[open]')
    await look('7-password')
    expect(faults).toEqual([])
    await close()
  })
})
