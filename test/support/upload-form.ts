/** Uploads as forms whose parts come in a given order, and what is left of them in the blob store. */
import { setTimeout as sleep } from 'node:timers/promises'
import { secretKey, type TestServer } from './stack.ts'
import { multipart, type Part, send, type WireAnswer } from './wire.ts'

export const basic = (key = secretKey) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` })

/** A Buffer goes as a file part, a text as a field. */
export type FormEntry = readonly [name: string, value: string | Buffer]

export function formParts(entries: readonly FormEntry[]): Part[] {
  return entries.map(([name, value]) => ({
    headers: [
      `Content-Disposition: form-data; name="${name}"${typeof value === 'string' ? '' : '; filename="blob"'}`,
      ...(typeof value === 'string' ? [] : ['Content-Type: application/octet-stream']),
    ],
    body: value,
  }))
}

export function postForm(
  server: Pick<TestServer, 'url'>,
  entries: readonly FormEntry[],
  { headers = {}, version = 'v1' }: { headers?: Record<string, string>; version?: 'v1' | 'v2' } = {},
): Promise<WireAnswer> {
  const form = multipart(formParts(entries))
  return send(`${server.url}/api/${version}/files/upload`, 'POST', { ...headers, ...form.headers }, form.body)
}

/** Keys of stored bytes that no row knows, and that stay: other tests upload at the same time. */
export async function orphans({ composed }: TestServer): Promise<string[]> {
  let found: string[] = []
  for await (const { key } of composed.blobs.list('')) found.push(key)
  for (let tries = 0; tries < 50; tries += 1) {
    const { blobs, renditions } = composed.store.read
    const left = await Promise.all(
      found.map(async (key) => {
        const known = (await blobs.find(key)) !== undefined || (await renditions.holds(key))
        return !known && (await composed.blobs.stat(key)) !== undefined
      }),
    )
    found = found.filter((_key, index) => left[index])
    if (found.length === 0) break
    await sleep(100)
  }
  return found
}
