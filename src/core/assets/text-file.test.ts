import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { decodeText, firstText } from './text-file.ts'

/** The text cut into pieces of that length, decoded. */
async function decoded(text: string, length: number): Promise<Buffer> {
  const pieces = Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    Buffer.from(text.slice(index * length, (index + 1) * length)),
  )
  const { first, rest } = await firstText(Readable.from(pieces))
  return buffer(Readable.from(decodeText(first, rest)))
}

it('gives the same bytes wherever the text is cut, however it is spelt', async () => {
  for (const size of [1, 2, 3, 50, 100, 101, 102]) {
    const bytes = randomBytes(size)
    const base64 = bytes.toString('base64')
    const texts = [
      base64,
      base64.replaceAll('=', ''),
      bytes.toString('base64url'),
      `\n ${base64.replaceAll(/.{7}/g, '$&\r\n')} `,
      `data:image/png;base64,${base64}`,
      `data:,${[...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`,
    ]
    for (const text of texts) {
      for (const length of [1, 2, 3, 5, 16, 17, 64, 1000]) expect(await decoded(text, length)).toEqual(bytes)
    }
  }
})

it.each(['abc!', 'QUI=QUI=', 'QUJDR', 'QUI=x', 'ÄÖÜ=', 'data:image/png;base64', 'data:,%', 'data:,%4', 'data:,%4x'])(
  'refuses %s',
  async (text) => {
    for (const length of [1, 3, 100]) {
      await expect(decoded(text, length)).rejects.toMatchObject({ code: 'invalid', param: 'file' })
    }
  },
)
