import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type FontFamily, fontFamilies, type TextStamp } from '../../core/processing/operations.ts'
import type { Pixels } from './child/pixels.ts'
import { missingFontPackages, writeFontsConf } from './fonts.ts'

const folder = mkdtempSync(join(tmpdir(), 'imagestead-fonts-'))
// The image library reads this once, when it is loaded.
process.env.FONTCONFIG_FILE = writeFontsConf(folder)
const { drawText } = await import('./child/steps/text-stamp.ts')
const { textStamp } = await import('./child/steps/pictures.fixtures.ts')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function drawn(text: string, stamp: Partial<TextStamp> = {}): Promise<Pixels> {
  const pixels = await drawText(
    { ...textStamp, bold: false, fontSize: 48, text, ...stamp },
    { width: 800, height: 600 },
  )
  if (pixels === undefined) throw new Error(`nothing drawn of ${text}`)
  return pixels
}

const widthOf = async (text: string, stamp: Partial<TextStamp> = {}) => (await drawn(text, stamp)).width

/** Opaque pixels' worth. */
function ink({ data }: Pixels): number {
  let sum = 0
  for (let at = 3; at < data.length; at += 4) sum += data[at] ?? 0
  return sum / 255
}

/** A missing character is drawn as a frame with its number: all four sides are solid lines, and it is no mere stroke. */
function isFrame(pixels: Pixels): boolean {
  const { left, top, right, bottom } = box(pixels)
  const solid = (count: number, test: (at: number) => boolean) => {
    let hits = 0
    for (let at = 0; at < count; at++) if (test(at)) hits++
    return hits > count * 0.9
  }
  const inked = (x: number, y: number) => alphaAt(pixels, x, y) > 60
  const wide = right - left + 1
  const high = bottom - top + 1
  return (
    wide > 15 &&
    solid(wide, (at) => inked(left + at, top)) &&
    solid(wide, (at) => inked(left + at, bottom)) &&
    solid(high, (at) => inked(left, top + at)) &&
    solid(high, (at) => inked(right, top + at))
  )
}

/** How much further right the ink of the upper half lies. */
function slant(pixels: Pixels): number {
  const middle = (from: number, to: number) => {
    let sum = 0
    let weight = 0
    for (let y = from; y < to; y++) {
      for (let x = 0; x < pixels.width; x++) {
        sum += x * alphaAt(pixels, x, y)
        weight += alphaAt(pixels, x, y)
      }
    }
    return sum / weight
  }
  const half = Math.floor(pixels.height / 2)
  return middle(0, half) - middle(half, pixels.height)
}

const alphaAt = ({ data, width }: Pixels, x: number, y: number) => data[(y * width + x) * 4 + 3] ?? 0

function box(pixels: Pixels) {
  const found = { left: pixels.width, top: pixels.height, right: -1, bottom: -1 }
  for (let y = 0; y < pixels.height; y++) {
    for (let x = 0; x < pixels.width; x++) {
      if (alphaAt(pixels, x, y) <= 60) continue
      found.left = Math.min(found.left, x)
      found.right = Math.max(found.right, x)
      found.top = Math.min(found.top, y)
      found.bottom = Math.max(found.bottom, y)
    }
  }
  return found
}

/** Every character for itself has a face, and no two look alike. */
async function expectGlyphs(characters: string, stamp: Partial<TextStamp>): Promise<void> {
  const seen = new Set<string>()
  for (const character of characters) {
    const pixels = await drawn(character, stamp)
    expect(isFrame(pixels), `${character} in ${stamp.fontFamily}`).toBe(false)
    seen.add(`${pixels.width}:${pixels.data.toString('base64')}`)
  }
  expect(seen.size).toBe([...characters].length)
}

const styles = [
  { bold: false, italic: false },
  { bold: true, italic: false },
  { bold: false, italic: true },
  { bold: true, italic: true },
]

it('every font package is installed', () => {
  expect(missingFontPackages()).toEqual([])
})

it('a character that no font has is a frame', async () => {
  expect(isFrame(await drawn('\u{10fffd}'))).toBe(true)
})

describe('6.5 "Latin/Cyrillic/Greek": all families, all styles', () => {
  it.each(fontFamilies)('%s', async (fontFamily) => {
    for (const style of styles) await expectGlyphs('Qñĝ€ЖяҐђΩάξΎ', { fontFamily, ...style })
  })

  it.each(fontFamilies)('%s: bold has more ink, italic leans', async (fontFamily) => {
    for (const text of ['Hamburg', 'Жизнь', 'Ωμέγα']) {
      const [regular, bold, italic, both] = await Promise.all(
        styles.map((style) => drawn(text, { fontFamily, ...style })),
      )
      if (!regular || !bold || !italic || !both) throw new Error('four styles')
      expect(ink(bold)).toBeGreaterThan(ink(regular) * 1.1)
      expect(ink(both)).toBeGreaterThan(ink(italic) * 1.1)
      expect(italic.data.equals(regular.data)).toBe(false)
      expect(both.data.equals(bold.data)).toBe(false)
    }
    const lean = async (stamp: Partial<TextStamp>) => slant(await drawn('H', { fontFamily, ...stamp }))
    expect(Math.abs(await lean({}))).toBeLessThan(1.5)
    expect(await lean({ italic: true })).toBeGreaterThan(2)
    expect(await lean({ italic: true, bold: true })).toBeGreaterThan(2)
  })

  it('families that differ look different, Courier is monospaced', async () => {
    const five: FontFamily[] = ['Arial', 'Verdana', 'Courier', 'Times New Roman', 'Comic Sans MS']
    const pictures = await Promise.all(five.map((fontFamily) => drawn('Rag', { fontFamily })))
    expect(new Set(pictures.map(({ data }) => data.toString('base64'))).size).toBe(5)
    const step = async (text: string) =>
      (await widthOf(`${text}${text}H`, { fontFamily: 'Courier' })) -
      (await widthOf(`${text}H`, { fontFamily: 'Courier' }))
    expect(Math.abs((await step('i')) - (await step('W')))).toBeLessThanOrEqual(1)
  })

  it('has the widths of the genuine faces', async () => {
    // Advance widths in 1/2048 em, as the genuine fonts' metrics list them.
    const widths: [FontFamily, string, number][] = [
      ['Arial', 'H', 1479],
      ['Arial', 'i', 455],
      ['Times New Roman', 'H', 1479],
      ['Times New Roman', 'i', 569],
      ['Courier', 'H', 1229],
    ]
    for (const [fontFamily, letter, advance] of widths) {
      const stamp = { fontFamily, fontSize: 200 }
      const measured = (await widthOf(letter.repeat(11), stamp)) - (await widthOf(letter, stamp))
      expect(Math.abs(measured / 10 - (advance / 2048) * 200), `${fontFamily} ${letter}`).toBeLessThan(1)
    }
  })
})

describe('6.5 "CJK – WenQuanYi Zen Hei, Arial Unicode MS"', () => {
  it.each(['WenQuanYi Zen Hei', 'Arial Unicode MS'] as const)('%s: Chinese, kana, Hangul', async (fontFamily) => {
    await expectGlyphs('水印樣样骉あアぱ한글뷁、', { fontFamily })
    await expectGlyphs('水あ한', { fontFamily, bold: true, italic: true })
    for (const text of ['水印', 'ひら', '한글']) {
      expect(ink(await drawn(text, { fontFamily, bold: true }))).toBeGreaterThan(
        ink(await drawn(text, { fontFamily })) * 1.1,
      )
    }
  })
})

describe('6.5 "Arabic – Arial, Courier, Times New Roman"', () => {
  it.each(['Arial', 'Courier', 'Times New Roman'] as const)('%s: joined, right to left', async (fontFamily) => {
    await expectGlyphs('ابجمعيپ١', { fontFamily })
    const joined = await drawn('مرحبا', { fontFamily })
    const apart = await drawn([...'مرحبا'].join('\u200c'), { fontFamily })
    expect(joined.data.equals(apart.data)).toBe(false)
    if (fontFamily !== 'Courier') expect(joined.width).toBeLessThan(apart.width * 0.9)
    // The first letter, a tall one before low ones, stands on the right.
    const line = await drawn('ا سسسس', { fontFamily })
    const { right, top } = box(line)
    expect(right - tallestColumn(line)).toBeLessThan(12)
    expect(top).toBeGreaterThanOrEqual(0)
  })
})

/** The column whose ink begins highest. */
function tallestColumn(pixels: Pixels): number {
  for (let y = 0; y < pixels.height; y++) {
    for (let x = 0; x < pixels.width; x++) if (alphaAt(pixels, x, y) > 60) return x
  }
  return -1
}

describe('6.5 "Hindi – Lohit Marathi, Lohit Devanagari"', () => {
  it.each(['Lohit Marathi', 'Lohit Devanagari'] as const)('%s: letters and conjuncts', async (fontFamily) => {
    await expectGlyphs('अकषहळ१', { fontFamily })
    await expectGlyphs('अक', { fontFamily, bold: true, italic: true })
    const parts = (await widthOf('क', { fontFamily })) + (await widthOf('ष', { fontFamily }))
    expect(await widthOf('क्ष', { fontFamily })).toBeLessThan(parts * 0.85)
    // The short i is written after its consonant and drawn before it.
    const consonant = await drawn('कि', { fontFamily })
    expect(consonant.data.equals((await drawn('क ि', { fontFamily })).data)).toBe(false)
  })
})

describe('texts of any kind', () => {
  it.each(fontFamilies)('%s: several scripts in one string are the sum of their parts', async (fontFamily) => {
    const parts = ['Foto', '写真', 'фото', 'عكس', 'चित्र', '한글']
    let sum = 0
    for (const part of parts) sum += await widthOf(part, { fontFamily })
    const whole = await widthOf(parts.join(' '), { fontFamily })
    expect(whole).toBeGreaterThan(sum)
    expect(whole).toBeLessThan(sum * 1.6)
  })

  it.each([
    ['emoji and their joints', '😀🏳️‍🌈👨‍👩‍👧❤️'],
    ['characters of no font', '\u{10fffd}\ue000\u0378ก'],
    ['overrides of direction, unclosed', '\u202eabc\u2067def\u202b'],
    ['markup', '<span size="900">&amp;</span><b>&#0;'],
    ['control characters and halves of pairs', 'a\u0001\u001b[31m\u0085\u009f\ud800b\udfff\ufffe'],
    ['many combining marks', `a${'\u0300'.repeat(1999)}`],
    ['many line separators', 'x\u2028'.repeat(1000)],
    ['many tabs', `${'\t'.repeat(1999)}x`],
    ['a printf pattern', '%s%n%x'],
    ['2,000 wide characters', '한'.repeat(2000)],
  ])('draws %s', async (_name, text) => {
    expect(ink(await drawn(text, { fontSize: 12 }))).toBeGreaterThan(5)
  })

  it.each([
    ['a letter', 'W', 1_000_000],
    ['the widest character there is', '\ufdfd', 1_000_000],
    ['three of them', '\ufdfd\ufdfd\ufdfd', 3000],
    ['empty lines', '\n\n\nW', 900_000],
    ['a long line', 'W'.repeat(2000), 500],
    ['many lines', 'x\n'.repeat(1000), 100],
  ])('draws %s as large as it can be', async (_name, text, fontSize) => {
    const { width, height } = await drawn(text, { fontSize, bold: true })
    expect(Math.max(width, height)).toBeLessThanOrEqual(31_000)
    expect(width * height).toBeLessThanOrEqual(44_000_000)
    expect(width * height).toBeGreaterThan(100_000)
  })

  it.each(['\u200b', '\u200d\u2060', '\u0000\u0007', ' \t\n\u3000'])('draws nothing of %j', async (text) => {
    expect(await drawText({ ...textStamp, text }, { width: 800, height: 600 })).toBeUndefined()
  })
})

it('copies of uploaded fonts that a killed child left are removed at the start', () => {
  const left = mkdtempSync(join(folder, 'uploaded-'))
  writeFontsConf(folder)
  expect(existsSync(left)).toBe(false)
})
