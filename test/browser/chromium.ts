/** The system's Chromium for browser tests: nothing is downloaded, and the browser itself talks to nobody. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where it lies; undefined when this machine has none. */
export const chromiumPath: string | undefined = process.env.CHROMIUM_PATH ?? places.find((path) => existsSync(path))

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) {
    throw new Error('Browser tests need Chromium: install the package `chromium`, or set CHROMIUM_PATH.')
  }
  return chromium.launch({ executablePath: chromiumPath, args: flags })
}
