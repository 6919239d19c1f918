/** "File type and mime are detected from content, not from the name": by first bytes; the name tells texts apart only. */
import { describe, expect, it } from 'vitest'
import { mp4, webm } from '../../../test/support/videos.ts'
import { mediaTypeOf } from './media-type.ts'

const typeOf = (head: Buffer | string, name = 'file') => {
  const bytes = typeof head === 'string' ? Buffer.from(head, 'latin1') : head
  const { format, mime } = mediaTypeOf(bytes, name, undefined)
  return `${format} ${mime}`
}
const padded = (start: string, length = 600) => Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(length)])
const entry = (name: string, content = '') =>
  `PK\x03\x04${'\0'.repeat(22)}${String.fromCharCode(name.length)}\0\0\0${name}${content}`

describe('binary files', () => {
  const cases: [string, Buffer | string][] = [
    ['mp4 video/mp4', mp4()],
    ['mov video/quicktime', mp4({ brand: 'qt  ' })],
    ['mov video/quicktime', '\0\0\0\x08wide\0\0\0\x10mdat'],
    ['m4a audio/mp4', mp4({ brand: 'M4A ' })],
    ['webm video/webm', webm()],
    ['mkv video/x-matroska', webm({ type: 'matroska' })],
    ['avi video/x-msvideo', padded('RIFF\0\0\0\0AVI LIST')],
    ['wav audio/wav', padded('RIFF\0\0\0\0WAVEfmt ')],
    ['mp3 audio/mpeg', padded('ID3\x04\0')],
    ['mp3 audio/mpeg', padded('\xff\xfb\x90\x64')],
    ['aac audio/aac', padded('\xff\xf1\x50\x80')],
    ['ogg audio/ogg', padded('OggS\0\x02')],
    ['woff font/woff', padded('wOFF\0\x01\0\0')],
    ['woff2 font/woff2', padded('wOF2\0\x01\0\0')],
    ['ttf font/ttf', padded('\0\x01\0\0\0\x0f\0\x80')],
    ['otf font/otf', padded('OTTO\0\x0b')],
    ['eot application/vnd.ms-fontobject', padded(`\x10\x20\0\0\0\x10\0\0\x01\0\x02\0${'\0'.repeat(22)}LP`)],
    ['swf application/x-shockwave-flash', padded('CWS\x0a')],
    ['zip application/zip', entry('readme.txt', 'hello')],
    ['zip application/zip', padded('PK\x05\x06')],
    [
      'docx application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      entry('[Content_Types].xml') + entry('word/document.xml'),
    ],
    [
      'xlsx application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      entry('[Content_Types].xml') + entry('xl/workbook.xml'),
    ],
    ['odt application/vnd.oasis.opendocument.text', entry('mimetype', 'application/vnd.oasis.opendocument.text')],
    ['epub application/epub+zip', entry('mimetype', 'application/epub+zip')],
    ['gz application/gzip', padded('\x1f\x8b\x08\0')],
    ['7z application/x-7z-compressed', padded('7z\xbc\xaf\x27\x1c')],
    ['tar application/x-tar', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0'), Buffer.alloc(249)])],
    ['ts video/mp2t', Buffer.concat(Array.from({ length: 5 }, () => padded('\x47\x40\0\x10', 184)))],
    ['wasm application/wasm', padded('\0asm\x01\0\0\0')],
    ['bin application/octet-stream', Buffer.from([1, 2, 3, 250, 0, 9])],
    ['bin application/octet-stream', Buffer.alloc(0)],
  ]
  it.each(cases)('%s', (expected, head) => {
    // Whatever the name says.
    for (const name of ['file', 'a.txt', 'b.js', 'c.jpg', 'd.html']) expect(typeOf(head, name)).toBe(expected)
  })

  it('are video, image or other', () => {
    const kinds = [mp4(), padded('icns\0\0'), padded('wOF2')].map((head) => mediaTypeOf(head, 'x', undefined).kind)
    expect(kinds).toEqual(['video', 'image', 'other'])
  })
})

describe('texts', () => {
  it.each([
    ['a.css', 'css text/css'],
    ['a.js', 'js text/javascript'],
    ['a.mjs', 'js text/javascript'],
    ['a.JSON', 'json application/json'],
    ['a.csv', 'csv text/csv'],
    ['a.html', 'html text/html'],
    ['a.xml', 'xml application/xml'],
    ['a.txt', 'txt text/plain'],
    ['a.png', 'txt text/plain'],
    ['a.constructor', 'txt text/plain'],
    ['plain', 'txt text/plain'],
  ])('%s is by its name %s', (name, expected) => {
    expect(typeOf('body { color: red }', name)).toBe(expected)
  })

  it.each([
    ['<!DOCTYPE html><p>', 'html text/html'],
    ['  <script>alert(1)</script>', 'html text/html'],
    ['<?xml version="1.0"?><a/>', 'xml application/xml'],
    ['{"a": [1, 2]}', 'json application/json'],
    ['{a: 1}', 'txt text/plain'],
    ['#EXTM3U\n#EXT-X-VERSION:3', 'm3u8 application/vnd.apple.mpegurl'],
    ['caf\xe9, na\xefve', 'txt text/plain'],
    ['\xff\xfeh\0i\0', 'txt text/plain'],
  ])('%s without a telling name is %s', (text, expected) => {
    expect(typeOf(text)).toBe(expected)
  })

  it('a character cut at the end is no reason to doubt', () => {
    const text = Buffer.from('é'.repeat(3000)).subarray(0, 4099)
    expect(typeOf(text, 'a.txt')).toBe('txt text/plain')
  })
})

describe('pictures', () => {
  it('are what the engine says', () => {
    expect(mediaTypeOf(Buffer.from([0xff, 0xd8]), 'a.txt', 'jpg')).toEqual({
      format: 'jpg',
      mime: 'image/jpeg',
      kind: 'image',
      describable: true,
    })
    expect(mediaTypeOf(Buffer.from('%PDF-1.7'), 'a', 'pdf')).toMatchObject({ kind: 'other', describable: true })
  })

  it('a text that begins like a pixmap is a text', () => {
    expect(mediaTypeOf(Buffer.from('P1 is our first plan.'), 'a.txt', 'pbm')).toMatchObject({ format: 'txt' })
    expect(mediaTypeOf(Buffer.from('P1\n# made by hand\n 2 2\n0 1 1 0'), 'a.txt', 'pbm')).toMatchObject({
      format: 'pbm',
    })
  })
})
