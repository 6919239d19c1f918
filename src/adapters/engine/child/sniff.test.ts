import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { imageFormats } from '../../../core/processing/operations.ts'
import { sniff } from './sniff.ts'
import { minifySvg, sizedSvg } from './svg.ts'

describe('sniff', () => {
  it.each(imageFormats.filter((format) => format !== 'svg' && format !== 'bmp'))('knows %s', async (format) => {
    const image = sharp({ create: { width: 8, height: 8, channels: 3, background: '#123456' } })
    expect(await sniff(await image.toFormat(format === 'jpg' ? 'jpeg' : format).toBuffer())).toBe(format)
  })

  it.each([
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    '\uFEFF<?xml version="1.0"?>\n<!-- a > b --><!DOCTYPE svg PUBLIC "x" "y" [<!ENTITY a "b">]>\n<svg>',
  ])('knows svg: %s', async (text) => {
    expect(await sniff(Buffer.from(text))).toBe('svg')
  })

  it.each([
    ['PK\x03\x04\x14\0\0\0', 'unsupported_format', /zip/],
    ['ID3\x04\0\0\0\0\0\x21', 'unsupported_format', /mp3/],
    ['just text', 'damaged_image', /no image/],
    ['<html><svg></svg></html>', 'damaged_image', /no image/],
    ['', 'damaged_image', /empty/],
  ] as const)('refuses %j as %s', async (text, code, message) => {
    await expect(sniff(Buffer.from(text))).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('tells HEIC, AVIF and Canon RAW apart, which share a container', async () => {
    const brands = (major: string, ...others: string[]) => {
      const head = Buffer.alloc(16 + others.length * 4)
      head.writeUInt32BE(head.length, 0)
      head.write(`ftyp${major}`, 4, 'latin1')
      head.write(others.join(''), 16, 'latin1')
      return head
    }
    expect(await sniff(brands('heic', 'mif1', 'heic'))).toBe('heic')
    expect(await sniff(brands('mif1', 'heic'))).toBe('heic')
    expect(await sniff(brands('mif1', 'avif'))).toBe('avif')
    expect(await sniff(brands('crx ', 'isom'))).toBe('cr3')
    await expect(sniff(brands('isom', 'mp41'))).rejects.toMatchObject({ code: 'unsupported_format' })
  })

  it('knows PDF behind some bytes, and text that only begins like a format is none', async () => {
    expect(await sniff(Buffer.from('\n\n%PDF-1.7\n'))).toBe('pdf')
    for (const text of ['BM, a text about bitmaps and their headers', 'P3rl is a language', 'qoi', 'Photo']) {
      await expect(sniff(Buffer.from(text))).rejects.toMatchObject({ code: 'damaged_image' })
    }
  })

  it('knows camera RAW by its tags, and a TIFF of the same maker as TIFF', async () => {
    const tiff = (tags: readonly (readonly [tag: number, type: number, value: number | string])[]) => {
      const head = Buffer.alloc(400)
      head.write('II*\0\x08\0\0\0', 'latin1')
      head.writeUInt16LE(tags.length, 8)
      for (const [index, [tag, type, value]] of tags.entries()) {
        const at = 10 + index * 12
        head.writeUInt16LE(tag, at)
        head.writeUInt16LE(type, at + 2)
        head.writeUInt32LE(typeof value === 'string' ? value.length + 1 : 1, at + 4)
        head.writeUInt32LE(typeof value === 'string' ? 300 : value, at + 8)
        if (typeof value === 'string') head.write(value, 300, 'latin1')
      }
      return head
    }
    const thumbnail = [254, 4, 1] as const
    const parts = [330, 4, 200] as const
    expect(await sniff(tiff([[50_706, 1, 1]]))).toBe('dng')
    expect(await sniff(tiff([thumbnail, [271, 2, 'NIKON CORPORATION'], parts]))).toBe('nef')
    expect(await sniff(tiff([thumbnail, [271, 2, 'SONY'], parts]))).toBe('arw')
    expect(
      await sniff(
        tiff([
          [259, 3, 65_535],
          [271, 2, 'PENTAX'],
        ]),
      ),
    ).toBe('pef')
    expect(
      await sniff(
        tiff([
          [254, 4, 0],
          [271, 2, 'NIKON CORPORATION'],
        ]),
      ),
    ).toBe('tiff')
    expect(await sniff(Buffer.from('II*\0\x10\0\0\0CR\x02\0', 'latin1'))).toBe('cr2')
    for (const [start, format] of [
      ['FUJIFILMCCD-RAW 0201', 'raf'],
      ['IIRO\x08\0\0\0', 'orf'],
      ['IIU\0\x18\0\0\0', 'rw2'],
    ]) {
      expect(await sniff(Buffer.from(start ?? '', 'latin1'))).toBe(format)
    }
  })

  it('takes no other bytes for a TGA', async () => {
    const head = Buffer.alloc(64)
    head[2] = 2
    head.writeUInt16LE(4, 12)
    head.writeUInt16LE(4, 14)
    head[16] = 24
    expect(await sniff(head)).toBe('tga')
    for (const [at, value] of [
      [1, 5],
      [2, 4],
      [5, 1],
      [12, 0],
      [16, 23],
      [17, 0xc0],
      [17, 8],
    ] as const) {
      const changed = Buffer.from(head)
      changed[at] = value
      await expect(sniff(changed)).rejects.toMatchObject({ code: 'damaged_image' })
    }
    await expect(sniff(Buffer.alloc(64))).rejects.toMatchObject({ code: 'damaged_image' })
  })
})

describe('svg text', () => {
  it('gets sides where it has none', () => {
    expect(sizedSvg(Buffer.from('<svg a="1"/>'))?.toString()).toBe('<svg a="1" width="300" height="150"/>')
    expect(sizedSvg(Buffer.from('<svg width="0.2" height="100%">'))?.toString()).toBe('<svg width="1" height="150">')
    expect(sizedSvg(Buffer.from('<!-- x --><svg viewBox="0 0 24 12">'))?.toString()).toBe(
      '<svg viewBox="0 0 24 12" width="24" height="12">',
    )
  })

  it('keeps blanks and characters that may matter', () => {
    for (const text of ['<svg><text> a  <tspan/> b</text></svg>', '<svg><![CDATA[<!-- a -->]]></svg>']) {
      expect(minifySvg(Buffer.from(text)).toString()).toBe(text)
    }
  })
})
