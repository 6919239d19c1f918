import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { TextLayer } from '../../../../../core/processing/transformation.ts'
import { writeFontsConf } from '../../../fonts.ts'
import type { Pixels } from '../../pixels.ts'

const folder = mkdtempSync(join(tmpdir(), 'imagestead-text-layers-'))
// The image library reads this once, when it is loaded.
process.env.FONTCONFIG_FILE = writeFontsConf(folder)
const { black, block, boundsOf, color, fromEnd, lay, pixelAt, px, red, text } = await import('./layers.fixtures.ts')
const { builtInFonts } = await import('../../../../../core/processing/fonts.ts')
const { familyOf } = await import('./font-names.ts')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const yellow = color(255, 220, 0)
const corner = { x: px(0), y: px(0) }
const canvas = { width: 500, height: 300 }

const drawn = (words: string, more: Partial<TextLayer> = {}, given = canvas) =>
  lay([text(words, { position: corner, ...more })], given)

/** Bounds of the box, given a background. */
async function boxOf(words: string, more: Partial<TextLayer> = {}) {
  const { left, top, right, bottom } = boundsOf(await drawn(words, { background: yellow, ...more }))
  expect([left, top]).toEqual([0, 0])
  return { width: right, height: bottom }
}

/** Bounds of the dark pixels. */
function inkOf(pixels: Pixels) {
  const found = { left: pixels.width, top: pixels.height, right: 0, bottom: 0 }
  for (let y = 0; y < pixels.height; y++) {
    for (let x = 0; x < pixels.width; x++) {
      if ((pixelAt(pixels, x, y)[0] ?? 255) > 128) continue
      found.left = Math.min(found.left, x)
      found.top = Math.min(found.top, y)
      found.right = Math.max(found.right, x + 1)
      found.bottom = Math.max(found.bottom, y + 1)
    }
  }
  return found
}

function inkAmount({ data }: Pixels): number {
  let sum = 0
  for (let at = 0; at < data.length; at += 4) sum += 255 - (data[at] ?? 0)
  return sum / 255
}

describe('section 8, "ff": the 22 built-in fonts', () => {
  // As the contract spells them.
  const names = [
    ...['AbrilFatFace', 'Amaranth', 'Arvo', 'Audiowide', 'Chivo', 'Crimson Text', 'exo', 'Fredoka One', 'Gravitas One'],
    ...['Kanit', 'Lato', 'Lobster', 'Lora', 'Monoton', 'Montserrat', 'PT Mono', 'PT_Serif', 'Open Sans', 'Roboto'],
    ...['Old Standard', 'Ubuntu', 'Vollkorn'],
  ]

  it('every name is a font of its own, none is the default', async () => {
    const pictures = new Set([(await drawn('Rag 35')).data.toString('base64')])
    for (const name of names) pictures.add((await drawn('Rag 35', { font: { name } })).data.toString('base64'))
    expect(pictures.size).toBe(names.length + 1)
    expect(new Set(names.map(familyOf))).toEqual(new Set(builtInFonts.map(({ family }) => family)))
  })

  it('every one has bold and italic', async () => {
    for (const name of names) {
      const regular = await drawn('Hamburg', { font: { name } })
      const bold = await drawn('Hamburg', { font: { name }, bold: true })
      const italic = await drawn('Hamburg', { font: { name }, italic: true })
      expect(inkAmount(bold), name).toBeGreaterThan(inkAmount(regular) * 1.03)
      expect(italic.data.equals(regular.data), name).toBe(false)
    }
  })

  it('case, blanks and underscores do not matter; "Unknown font: fall back to the default sans"', async () => {
    for (const name of ['open_sans', 'OPEN SANS', 'OpenSans']) expect(familyOf(name)).toBe('Open Sans')
    for (const name of ['Wingdings', '', 'constructor', 'Lobster, Bold 90', '__proto__'])
      expect(familyOf(name)).toBe('Arial')
    const unknown = await drawn('Rag 35', { font: { name: 'Papyrus' } })
    expect(unknown.data.equals((await drawn('Rag 35')).data)).toBe(true)
  })

  it('letters that a font lacks come from others', async () => {
    expect(inkAmount(await drawn('漢字 عكس', { font: { name: 'Monoton' } }))).toBeGreaterThan(200)
  })
})

describe('section 8, the box', () => {
  it('is as high as its lines, whatever letters are in them', async () => {
    const { height } = await boxOf('aaa')
    expect((await boxOf('Ap|gj')).height).toBe(height)
    expect((await boxOf('.')).height).toBe(height)
    const two = (await boxOf('aaa\nbbb')).height
    expect(Math.abs(two - 2 * height)).toBeLessThanOrEqual(1)
    // A line is a little higher than the size of its letters.
    expect(height).toBeGreaterThan(30)
    expect(height).toBeLessThan(42)
    expect((await boxOf('aaa', { fontSize: 60 })).height).toBeGreaterThan(1.9 * height)
  })

  it('"pa padding in CSS order": top, right, bottom, left', async () => {
    const bare = await boxOf('Hxg')
    const padded = await boxOf('Hxg', { padding: [10, 20, 30, 40] })
    expect(padded).toEqual({ width: bare.width + 60, height: bare.height + 40 })
    const [before, after] = [inkOf(await drawn('Hxg')), inkOf(await drawn('Hxg', { padding: [10, 20, 30, 40] }))]
    expect([after.left - before.left, after.top - before.top]).toEqual([40, 10])
  })

  it('"w maximum width in px (wraps by words)"', async () => {
    const one = await boxOf('wraps')
    const words = 'wraps by words at two hundred'
    const box = await boxOf(words, { width: 200 })
    expect(box.width).toBe(200)
    expect(Math.abs(box.height - 3 * one.height)).toBeLessThanOrEqual(2)
    expect((await boxOf(words, { width: { operator: 'mul', left: { variable: 'bw' }, right: 0.5 } })).width).toBe(250)
    // A word too long for a line is broken, and nothing is put between.
    const broken = await boxOf('Pneumonoultramicroscopic', { width: 150 })
    expect(broken.width).toBe(150)
    expect(broken.height).toBeGreaterThan(2 * one.height)
  })

  it.each([
    ['left', 0],
    ['center', 1],
    ['right', 2],
  ] as const)('"ia" %s', async (align, place) => {
    const { left, right } = inkOf(await drawn('Hello', { width: 300, align, background: yellow }))
    const free = 300 - (right - left)
    expect(Math.abs(left - (free * place) / 2)).toBeLessThanOrEqual(2)
  })

  it('"ia" also of the lines to each other', async () => {
    const rowInk = async (align: TextLayer['align']) => {
      const pixels = await drawn('MMMMMM\ni', { align })
      const { height } = await boxOf('MMMMMM\ni', { align })
      const lower = {
        ...pixels,
        data: Buffer.from(pixels.data).fill(255, 0, Math.round(height / 2) * pixels.width * 4),
      }
      return { whole: inkOf(pixels), line: inkOf(lower) }
    }
    const left = await rowInk('left')
    expect(Math.abs(left.line.left - left.whole.left)).toBeLessThanOrEqual(2)
    const right = await rowInk('right')
    expect(Math.abs(right.line.right - right.whole.right)).toBeLessThanOrEqual(3)
  })

  it('"lh" is the distance of the lines', async () => {
    const { height } = await boxOf('aaa\nbbb\nccc', { lineHeight: 60 })
    expect(Math.abs(height - 180)).toBeLessThanOrEqual(1)
    const tight = inkOf(await drawn('HHH\nHHH', { lineHeight: 26 }))
    const one = inkOf(await drawn('HHH'))
    expect(Math.abs(tight.bottom - tight.top - (one.bottom - one.top) - 26)).toBeLessThanOrEqual(1)
  })

  it('"r box radius" rounds the box', async () => {
    const padding = [20, 20, 20, 20] as const
    const pixels = await drawn('Hxg', { background: yellow, padding, radius: 15 })
    expect(pixelAt(pixels, 0, 0)).toEqual([255, 255, 255, 255])
    expect(pixelAt(pixels, 15, 0)).toEqual([255, 220, 0, 255])
  })

  it('"bg" and "co" with alpha, "al" for all of it', async () => {
    const padding = [20, 20, 20, 20] as const
    const clear = await drawn('Hxg', { background: { ...yellow, alpha: 0.5 }, padding })
    expect(pixelAt(clear, 5, 5)).toEqual([255, expect.closeTo(237, -1), expect.closeTo(127, -1), 255])
    const faded = await drawn('█', { background: yellow, opacity: 0.5, padding })
    const { width, height } = await boxOf('█', { padding })
    expect(pixelAt(faded, 5, 5)[2]).toBeGreaterThan(120)
    expect(pixelAt(faded, width / 2, height / 2)[0]).toBeGreaterThan(120)
    const half = await drawn('█', { color: { ...black, alpha: 0.5 } })
    expect(pixelAt(half, 5, 15)[0]).toBeGreaterThan(120)
    expect(pixelAt(half, 5, 15)[0]).toBeLessThan(135)
    expect(pixelAt(await drawn('█', { color: red }), 5, 15)).toEqual([255, 0, 0, 255])
  })

  it('"rt" and "fl"', async () => {
    const box = await boxOf('Hello')
    expect(await boxOf('Hello', { rotate: 90 })).toEqual({ width: box.height, height: box.width })
    const plain = inkOf(await drawn('L', { width: 100, align: 'left' }))
    const flipped = inkOf(await drawn('L', { width: 100, align: 'left', flip: { horizontal: true, vertical: false } }))
    expect(flipped.right).toBe(100 - plain.left)
  })

  it('"tg" strikethrough', async () => {
    expect(inkAmount(await drawn('Hello', { strikethrough: true }))).toBeGreaterThan(
      inkAmount(await drawn('Hello')) + 50,
    )
  })

  it('stands where it is put', async () => {
    const box = await boxOf('Hello')
    const position = { x: fromEnd(10), y: fromEnd(5) }
    const pixels = await lay([text('Hello', { background: yellow, position })], canvas)
    const { left, top, right, bottom } = boundsOf(pixels)
    expect({ left, top, right, bottom }).toEqual({
      left: 490 - box.width,
      top: 295 - box.height,
      right: 490,
      bottom: 295,
    })
  })

  it('may carry layers of its own', async () => {
    const parts = [{ type: 'step' as const, layers: [block(3, 3, red, corner)] }]
    expect(pixelAt(await drawn('Hello', { background: yellow, parts }), 1, 1)).toEqual([255, 0, 0, 255])
  })
})

describe('texts of any kind', () => {
  it('markup is text', async () => {
    const pixels = await drawn('<span size="900">&amp;</span>')
    expect(inkOf(pixels).bottom).toBeLessThan(45)
  })

  it.each(['', '   ', '\n', '\u200b', '\u0000'])('nothing of %j', async (words) => {
    expect(inkAmount(await drawn(words, { background: yellow, padding: [9, 9, 9, 9] }))).toBe(0)
  })

  it('lines of nothing keep their place', async () => {
    const { height } = await boxOf('a')
    expect(Math.abs((await boxOf('\na\n')).height - 3 * height)).toBeLessThanOrEqual(2)
  })

  it.each([
    ['a letter of 40,000 px', 'W', { fontSize: 40_000 }],
    ['a long line', 'W'.repeat(2000), { fontSize: 60 }],
    ['many lines', 'x\n'.repeat(1900), { fontSize: 30 }],
    ['padding', 'x', { padding: [0, 0, 0, 17_000] as const }],
    ['a wide box', 'x', { width: 20_000 }],
    ['lines far apart', 'x\ny', { lineHeight: 20_000 }],
  ])('"Text box above 16383 px in any direction: error 400": %s', async (_name, words, more) => {
    await expect(drawn(words, more)).rejects.toMatchObject({
      code: 'out_of_range',
      message: expect.stringMatching(/box is|too large/),
    })
  })

  it.each([
    ['fs', { fontSize: 0 }],
    ['w', { width: { operator: 'sub', left: { variable: 'bw' }, right: 500 } as const }],
    ['lh', { lineHeight: -1 }],
    ['pa', { padding: [0, -1, 0, 0] as const }],
  ])('refuses a wrong %s by its name', async (key, more) => {
    await expect(drawn('x', more)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(new RegExp(`^${key} `)),
    })
  })
})
