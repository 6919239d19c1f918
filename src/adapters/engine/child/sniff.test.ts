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
    ['%PDF-1.7\n', 'unsupported_format', /pdf/],
    ['BM                                                   ', 'unsupported_format', /bmp/],
    ['just text', 'damaged_image', /no image/],
    ['<html><svg></svg></html>', 'damaged_image', /no image/],
    ['', 'damaged_image', /empty/],
  ] as const)('refuses %j as %s', async (text, code, message) => {
    await expect(sniff(Buffer.from(text))).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('tells HEIC from AVIF', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1')
    await expect(sniff(heic)).rejects.toMatchObject({
      code: 'unsupported_format',
      message: expect.stringMatching(/heic/),
    })
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
