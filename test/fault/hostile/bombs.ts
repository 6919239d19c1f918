/** Small files that unfold: huge sides, frames, chunks and nestings. Each must be refused or done within its deadline. */
import { crc32, deflateSync } from 'node:zlib'

function pngChunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)])
}

/** One bit per pixel, all white or as many bytes of it as given. */
function png(width: number, height: number, extra: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 1
  const rows = Buffer.alloc(Math.min(64_000_000, height * (1 + Math.ceil(width / 8))))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    extra,
    pngChunk('IDAT', deflateSync(rows, { level: 9 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

/** `count` frames of one pixel on a canvas of any size. */
function gif(side: number, count: number): Buffer {
  const head = Buffer.from('4749463839610000000080000000000000ffffff', 'hex')
  head.writeUInt16LE(side, 6)
  head.writeUInt16LE(side, 8)
  const frame = Buffer.from('21f90404000000002c0000000001000100000202440100', 'hex')
  return Buffer.concat([head, ...Array(count).fill(frame), Buffer.from(';')])
}

/** A chain of one-pixel pages. */
function tiff(pages: number): Buffer {
  const entries: [tag: number, type: number, value: number][] = [
    [256, 3, 1],
    [257, 3, 1],
    [258, 3, 8],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [278, 3, 1],
    [279, 4, 1],
  ]
  const size = 2 + entries.length * 12 + 4
  const bytes = Buffer.alloc(10 + pages * size)
  bytes.write('II*\0', 'latin1')
  bytes.writeUInt32LE(10, 4)
  for (let page = 0; page < pages; page += 1) {
    let at = 10 + page * size
    bytes.writeUInt16LE(entries.length, at)
    at += 2
    for (const [tag, type, value] of entries) {
      bytes.writeUInt16LE(tag, at)
      bytes.writeUInt16LE(type, at + 2)
      bytes.writeUInt32LE(1, at + 4)
      bytes.writeUInt32LE(value, at + 8)
      at += 12
    }
    bytes.writeUInt32LE(page + 1 < pages ? at + 4 : 0, at)
  }
  return bytes
}

/** A JPEG with application segments put in after its first marker. */
function withSegments(jpeg: Buffer, marker: number, content: Buffer, count: number): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), ...Array(count).fill(Buffer.concat([head, content])), jpeg.subarray(2)])
}

/** An EXIF block of `tags` entries. */
function exif(tags: number): Buffer {
  const bytes = Buffer.alloc(6 + 8 + 2 + tags * 12 + 4)
  bytes.write('Exif\0\0II*\0', 'latin1')
  bytes.writeUInt32LE(8, 10)
  bytes.writeUInt16LE(tags, 14)
  for (let tag = 0; tag < tags; tag += 1) {
    bytes.writeUInt16LE(0x9000 + tag, 16 + tag * 12)
    bytes.writeUInt16LE(3, 18 + tag * 12)
    bytes.writeUInt32LE(1, 20 + tag * 12)
  }
  return bytes
}

const svg = (inner: string, attributes = 'width="100" height="100"') =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inner}</svg>`,
  )

function billionLaughs(): Buffer {
  const entities = 'abcdefghi'
    .split('')
    .map((name, at, names) => `<!ENTITY ${name} "${at === 0 ? 'ha' : `&${names[at - 1]};`.repeat(10)}">`)
  return Buffer.from(
    `<!DOCTYPE svg [${entities.join('')}]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&i;</text></svg>`,
  )
}

function useBomb(levels: number): Buffer {
  let groups = '<g id="l0"><rect width="1" height="1"/></g>'
  for (let level = 1; level < levels; level += 1) {
    groups += `<g id="l${level}">${`<use xlink:href="#l${level - 1}"/>`.repeat(10)}</g>`
  }
  return svg(`<defs>${groups}</defs><use xlink:href="#l${levels - 1}"/>`)
}

/** An icon whose directory tells of 60,000 pictures. */
function ico(): Buffer {
  const bytes = Buffer.alloc(6 + 16 * 60_000, 0xff)
  bytes.write('\0\0\x01\0', 'latin1')
  bytes.writeUInt16LE(60_000, 4)
  return bytes
}

function bmp(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(70)
  bytes.write('BM', 'latin1')
  bytes.writeUInt32LE(70, 2)
  bytes.writeUInt32LE(54, 10)
  bytes.writeUInt32LE(40, 14)
  bytes.writeInt32LE(width, 18)
  bytes.writeInt32LE(height, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  return bytes
}

function pdf(pages: number): Buffer {
  const kids = Array.from({ length: pages }, () => '3 0 R').join(' ')
  return Buffer.from(
    `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count ${pages}/Kids[${kids}]>>endobj\n` +
      '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF',
  )
}

/** @param jpeg a small valid one */
export function bombs(jpeg: Buffer): { name: string; bytes: Buffer }[] {
  const text = pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), deflateSync(Buffer.alloc(5e8))]))
  const profile = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\xff', 'latin1'), Buffer.alloc(60_000, 0x41)])
  const xmp = Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1'), Buffer.alloc(60_000, 0x3c)])
  return [
    { name: 'png-50000x50000.png', bytes: png(50_000, 50_000) },
    { name: 'png-16000x16000.png', bytes: png(16_000, 16_000) },
    { name: 'png-10900x10900.png', bytes: png(10_900, 10_900) },
    { name: 'png-60000x1.png', bytes: png(60_000, 1) },
    { name: 'png-512-mb-text.png', bytes: png(10, 10, text) },
    { name: 'gif-200000-frames.gif', bytes: gif(1, 200_000) },
    { name: 'gif-20000-large-frames.gif', bytes: gif(5000, 20_000) },
    { name: 'tiff-65535-pages.tiff', bytes: tiff(65_535) },
    { name: 'jpeg-1000-profiles.jpg', bytes: withSegments(jpeg, 0xe2, profile, 1000) },
    { name: 'jpeg-60-mb-xmp.jpg', bytes: withSegments(jpeg, 0xe1, xmp, 1000) },
    { name: 'jpeg-5000-tags.jpg', bytes: withSegments(jpeg, 0xe1, exif(5000), 1) },
    { name: 'svg-laughs.svg', bytes: billionLaughs() },
    { name: 'svg-use.svg', bytes: useBomb(10) },
    { name: 'svg-nested.svg', bytes: svg('<g>'.repeat(100_000) + '</g>'.repeat(100_000)) },
    { name: 'svg-huge.svg', bytes: svg('', 'width="100000" height="100000"') },
    {
      name: 'svg-filter.svg',
      bytes: svg(
        '<filter id="f"><feGaussianBlur stdDeviation="5000"/></filter><rect width="9000" height="9000" filter="url(#f)"/>',
        'width="9000" height="9000"',
      ),
    },
    { name: 'ico-60000-entries.ico', bytes: ico() },
    { name: 'bmp-2-gigapixels.bmp', bytes: bmp(2_000_000_000, 1) },
    { name: 'bmp-negative.bmp', bytes: bmp(-5, -2_147_483_648) },
    { name: 'pdf-100000-pages.pdf', bytes: pdf(100_000) },
    { name: 'zeros.jpg', bytes: Buffer.alloc(5_000_000) },
    { name: 'empty.png', bytes: Buffer.alloc(0) },
    {
      name: 'qoi-huge.qoi',
      bytes: Buffer.concat([Buffer.from('716f6966ffffffffffffffff0400', 'hex'), Buffer.alloc(100, 0xfd)]),
    },
    { name: 'ppm-huge.ppm', bytes: Buffer.from('P6\n4000000000 4000000000\n255\n abc') },
    { name: 'psd-huge.psd', bytes: Buffer.from('3842505300010000000000000003000493e0000493e000080003', 'hex') },
  ]
}
