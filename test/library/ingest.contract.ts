/** What an upload learns of hard pictures (media-library-api.md sections 4.1 and 4.5), and of a store without room. */
import { afterAll, beforeAll, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function ingestSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient

  beforeAll(async () => {
    server = await stack.start({ LIBRARY_INGEST_DEADLINE_MS: '1500' })
    client = libraryClient(server)
  })
  afterAll(() => server.stop())

  it('a picture whose decoder hangs has the sides that its header says', async ({ expect }) => {
    const uploaded = await client.upload({ file: endlessSvg(), fileName: 'endless.svg' })
    expect(uploaded.status).toBe(200)
    const sides = { width: 40, height: 30 }
    expect(uploaded.json).toMatchObject({ fileType: 'image', ...sides })
    const file = `/v1/files/${uploaded.json.fileId}`
    expect((await client.call('GET', `${file}/details`)).json).toMatchObject({ mime: 'image/svg+xml', ...sides })
    const metadata = await client.call('GET', `${file}/metadata`)
    expect(metadata.status).toBe(200)
    expect(metadata.json).toMatchObject({ format: 'svg', ...sides })
    expect(metadata.json).not.toHaveProperty('pHash')
  })
}

/** Ten to the ninth rectangles. */
function endlessSvg(): Buffer {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const uses = `<use xlink:href="#l${level}"/>`.repeat(10)
    return `<g id="l${level + 1}">${uses}</g>`
  })
  const namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
  const defs = `<defs><g id="l0"><rect width="1" height="1"/></g>${levels.join('')}</defs>`
  return Buffer.from(`<svg ${namespaces} width="40" height="30">${defs}<use xlink:href="#l9"/></svg>`)
}
