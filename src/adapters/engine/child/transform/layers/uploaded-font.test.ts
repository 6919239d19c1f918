import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { writeFontsConf } from '../../../fonts.ts'

const folder = mkdtempSync(join(tmpdir(), 'imagestead-uploaded-fonts-'))
// The image library reads this once, when it is loaded.
process.env.FONTCONFIG_FILE = writeFontsConf(folder)
const { lay, text } = await import('./layers.fixtures.ts')
const { renameFont } = await import('./uploaded-font.ts')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const packaged = (name: string, file: string) =>
  createRequire(import.meta.url).resolve(`@expo-google-fonts/${name}/${file}`)
const lobster = packaged('lobster', '400Regular/Lobster_400Regular.ttf')
const monoton = packaged('monoton', '400Regular/Monoton_400Regular.ttf')
const own = { font: { path: 'font0' } }
const other = { font: { path: 'font1' } }
const words = 'Hamburg 7'

function stored(name: string, bytes: Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const drawn = async (layer: ReturnType<typeof text>, fonts: readonly string[] = []) =>
  (await lay([layer], { width: 260, height: 60, fonts })).data

it('section 8, "path of an uploaded TTF/OTF": looks as the installed font of the same outlines', async () => {
  const built = await drawn(text(words, { font: { name: 'Lobster' } }))
  expect((await drawn(text(words, own), [lobster])).equals(built)).toBe(true)
  expect((await drawn(text(words))).equals(built)).toBe(false)
})

it('two uploads are two fonts, and neither becomes the font of other texts', async () => {
  const plain = await drawn(text(words))
  const named = await drawn(text(words, { font: { name: 'Lobster' } }))
  const [first, second] = [
    await drawn(text(words, own), [lobster, monoton]),
    await drawn(text(words, other), [lobster, monoton]),
  ]
  expect(first.equals(second)).toBe(false)
  expect((await drawn(text(words))).equals(plain)).toBe(true)
  expect((await drawn(text(words, { font: { name: 'Lobster' } }))).equals(named)).toBe(true)
})

it('an upload under the name of an installed font does not take its place', async () => {
  const built = await drawn(text(words, { font: { name: 'Lobster' } }))
  const posing = stored('posing.ttf', renameFont(readFileSync(monoton), 'Lobster'))
  expect((await drawn(text(words, own), [posing])).equals(built)).toBe(false)
  expect((await drawn(text(words, { font: { name: 'Lobster' } }))).equals(built)).toBe(true)
})

it('bold and italic are made where the upload has no such face; lacking letters come from the default font', async () => {
  const plain = await drawn(text(words, own), [lobster])
  expect((await drawn(text(words, { ...own, bold: true }), [lobster])).equals(plain)).toBe(false)
  expect((await drawn(text(words, { ...own, italic: true }), [lobster])).equals(plain)).toBe(false)
  // The line may stand elsewhere, the letters are the same.
  const ink = (data: Buffer) => data.reduce((sum, value) => sum + 255 - value, 0)
  expect(ink(await drawn(text('漢字', own), [lobster]))).toBe(ink(await drawn(text('漢字'))))
})

it.each([
  ['no font', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['nothing', Buffer.alloc(0)],
  ['a font cut off', readFileSync(lobster).subarray(0, 20_000)],
  ['a web font', Buffer.concat([Buffer.from('wOF2'), Buffer.alloc(100)])],
  ['a list of tables beyond the end', Buffer.from('0001000000ff00000000000000000000', 'hex')],
])('refuses %s', async (_name, bytes) => {
  await expect(drawn(text(words, own), [stored('broken.ttf', bytes)])).rejects.toMatchObject({
    code: 'invalid',
    param: 'tr',
    message: expect.stringContaining('upload a TTF or OTF file'),
  })
})

it('a font whose outlines are damaged draws something, or nothing of it', async () => {
  const bytes = Buffer.from(readFileSync(lobster))
  let state = 3
  for (let at = 600; at < bytes.length; at += 97) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff
    bytes[at] = state >> 16
  }
  expect((await drawn(text(words, own), [stored('damaged.ttf', bytes)])).length).toBe(260 * 60 * 4)
})

it('tables that lie on each other do not multiply', () => {
  const font = Buffer.alloc(12 + 90 * 16 + 200_000)
  font.writeUInt32BE(0x0001_0000, 0)
  font.writeUInt16BE(90, 4)
  for (let index = 0; index < 90; index++) {
    font.write(`T${index}`.padEnd(4), 12 + index * 16, 'latin1')
    font.writeUInt32BE(12 + 90 * 16, 12 + index * 16 + 8)
    font.writeUInt32BE(200_000, 12 + index * 16 + 12)
  }
  expect(() => renameFont(font, 'x')).toThrow(/incomplete/)
})
