/** Blocks of metadata built byte by byte, as cameras and newsrooms write them, and JPEGs that carry them. */

type Rational = readonly [over: number, under: number]
type Entry =
  | { tag: number; type: 'ascii'; value: string }
  | { tag: number; type: 'short' | 'long'; value: number | readonly number[] }
  | { tag: number; type: 'byte' | 'undefined'; value: Buffer }
  | { tag: number; type: 'rational' | 'signed'; value: readonly Rational[] }

const types = { byte: 1, ascii: 2, short: 3, long: 4, rational: 5, undefined: 7, signed: 10 } as const
const pointers = { exif: 0x8769, gps: 0x8825, interoperability: 0xa005 }

export interface ExifParts {
  image?: Entry[]
  exif?: Entry[]
  gps?: Entry[]
  interoperability?: Entry[]
  thumbnail?: Entry[]
}

/** A TIFF structure with these directories. `little`: the byte order of most cameras. */
export function exifBlock(parts: ExifParts, little = true): Buffer {
  const u16 = (value: number) => written(2, (at) => (little ? at.writeUInt16LE(value) : at.writeUInt16BE(value)))
  const u32 = (value: number) => written(4, (at) => (little ? at.writeUInt32LE(value) : at.writeUInt32BE(value)))
  const dataOf = (entry: Entry): { data: Buffer; count: number } => {
    switch (entry.type) {
      case 'ascii':
        return { data: Buffer.from(`${entry.value}\0`), count: Buffer.byteLength(entry.value) + 1 }
      case 'byte':
      case 'undefined':
        return { data: entry.value, count: entry.value.length }
      case 'short':
      case 'long': {
        const numbers = typeof entry.value === 'number' ? [entry.value] : entry.value
        return { data: Buffer.concat(numbers.map(entry.type === 'short' ? u16 : u32)), count: numbers.length }
      }
      default:
        return { data: Buffer.concat(entry.value.flat().map((part) => u32(part >>> 0))), count: entry.value.length }
    }
  }
  const directory = (entries: Entry[], start: number, next: number) => {
    const sorted = [...entries].sort((one, other) => one.tag - other.tag)
    const values: Buffer[] = []
    let free = start + 2 + sorted.length * 12 + 4
    const table = sorted.map((entry) => {
      const { data, count } = dataOf(entry)
      const head = Buffer.concat([u16(entry.tag), u16(types[entry.type]), u32(count)])
      if (data.length <= 4) return Buffer.concat([head, data, Buffer.alloc(4 - data.length)])
      const at = free
      values.push(data, Buffer.alloc(data.length % 2))
      free += data.length + (data.length % 2)
      return Buffer.concat([head, u32(at)])
    })
    return Buffer.concat([u16(sorted.length), ...table, u32(next), ...values])
  }
  const pointer = (tag: number): Entry => ({ tag, type: 'long', value: 0 })
  const image = [
    ...(parts.image ?? []),
    ...(parts.exif ? [pointer(pointers.exif)] : []),
    ...(parts.gps ? [pointer(pointers.gps)] : []),
  ]
  const exif = [...(parts.exif ?? []), ...(parts.interoperability ? [pointer(pointers.interoperability)] : [])]
  // Lengths do not depend on the places: once for those, once more for the bytes.
  const order = [image, exif, parts.gps ?? [], parts.interoperability ?? [], parts.thumbnail ?? []]
  const starts: number[] = []
  let end = 8
  for (const entries of order) {
    starts.push(end)
    end += directory(entries, end, 0).length
  }
  const place = (entry: Entry): Entry => {
    const group = Object.entries(pointers).findIndex(([, tag]) => tag === entry.tag)
    return group < 0 ? entry : { tag: entry.tag, type: 'long', value: starts[group + 1] ?? 0 }
  }
  const next = parts.thumbnail ? (starts[4] ?? 0) : 0
  const directories = order.map((entries, index) =>
    directory(entries.map(place), starts[index] ?? 0, index === 0 ? next : 0),
  )
  return Buffer.concat([Buffer.from(little ? 'II' : 'MM'), u16(42), u32(8), ...directories])
}

function written(length: number, write: (into: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(length)
  write(bytes)
  return bytes
}

/** What a camera of today writes. */
export const cameraExif: ExifParts = {
  image: [
    { tag: 0x010f, type: 'ascii', value: 'Acme' },
    { tag: 0x0110, type: 'ascii', value: 'Acme Camera 40D' },
    { tag: 0x0112, type: 'short', value: 6 },
    { tag: 0x011a, type: 'rational', value: [[72, 1]] },
    { tag: 0x011b, type: 'rational', value: [[72, 1]] },
    { tag: 0x0128, type: 'short', value: 2 },
    { tag: 0x0131, type: 'ascii', value: 'Firmware 1.0' },
    { tag: 0x0132, type: 'ascii', value: '2024:07:31 10:38:11' },
    { tag: 0x013b, type: 'ascii', value: 'Ada Núñez' },
    { tag: 0x8298, type: 'ascii', value: '(c) 2024 Ada' },
    { tag: 0x0213, type: 'short', value: 2 },
  ],
  exif: [
    { tag: 0x829a, type: 'rational', value: [[1, 160]] },
    { tag: 0x829d, type: 'rational', value: [[71, 10]] },
    { tag: 0x8822, type: 'short', value: 1 },
    { tag: 0x8827, type: 'short', value: 100 },
    { tag: 0x9000, type: 'undefined', value: Buffer.from('0232') },
    { tag: 0x9003, type: 'ascii', value: '2019:10:16 19:01:03' },
    { tag: 0x9004, type: 'ascii', value: '2019:10:16 19:01:03' },
    { tag: 0x9101, type: 'undefined', value: Buffer.from([1, 2, 3, 0]) },
    { tag: 0x9204, type: 'signed', value: [[-1, 3]] },
    { tag: 0x9207, type: 'short', value: 5 },
    { tag: 0x9209, type: 'short', value: 9 },
    { tag: 0x920a, type: 'rational', value: [[135, 1]] },
    { tag: 0x927c, type: 'undefined', value: Buffer.alloc(600, 7) },
    { tag: 0x9286, type: 'undefined', value: Buffer.from('ASCII\0\0\0on the pier\0\0') },
    { tag: 0x9291, type: 'ascii', value: '25' },
    { tag: 0xa001, type: 'short', value: 65_535 },
    { tag: 0xa002, type: 'long', value: 3888 },
    { tag: 0xa003, type: 'long', value: 2592 },
    { tag: 0xa300, type: 'undefined', value: Buffer.from([3]) },
  ],
  gps: [
    { tag: 0x00, type: 'byte', value: Buffer.from([2, 2, 0, 0]) },
    { tag: 0x01, type: 'ascii', value: 'N' },
    {
      tag: 0x02,
      type: 'rational',
      value: [
        [59, 1],
        [19, 1],
        [4584, 100],
      ],
    },
    { tag: 0x03, type: 'ascii', value: 'W' },
    {
      tag: 0x04,
      type: 'rational',
      value: [
        [18, 1],
        [4, 1],
        [12, 1],
      ],
    },
    { tag: 0x05, type: 'byte', value: Buffer.from([1]) },
    { tag: 0x06, type: 'rational', value: [[125, 10]] },
    {
      tag: 0x07,
      type: 'rational',
      value: [
        [19, 1],
        [1, 1],
        [3, 1],
      ],
    },
    { tag: 0x1d, type: 'ascii', value: '2019:10:16' },
  ],
  interoperability: [{ tag: 0x01, type: 'ascii', value: 'R98' }],
  thumbnail: [
    { tag: 0x0103, type: 'short', value: 6 },
    { tag: 0x0201, type: 'long', value: 1090 },
    { tag: 0x0202, type: 'long', value: 1378 },
  ],
}

/** Datasets of IPTC's application record, as Photoshop keeps them. */
export function iptcBlock(datasets: readonly (readonly [dataset: number, text: string | Buffer])[]): Buffer {
  const iim = Buffer.concat(
    datasets.map(([dataset, text]) => {
      const data = Buffer.from(text)
      const head = Buffer.from([0x1c, 2, dataset, data.length >> 8, data.length & 255])
      return Buffer.concat([head, data])
    }),
  )
  const size = Buffer.alloc(4)
  size.writeUInt32BE(iim.length)
  const resolution = Buffer.concat([Buffer.from('8BIM\x03\xed\0\0\0\0\0\x02ab', 'latin1')])
  return Buffer.concat([
    Buffer.from('Photoshop 3.0\0'),
    resolution,
    Buffer.from('8BIM\x04\x04\0\0', 'latin1'),
    size,
    iim,
  ])
}

/** A packet of XMP around these properties. */
export function xmpPacket(properties: string, attributes = ''): Buffer {
  return Buffer.from(
    `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" ${attributes}>${properties}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`,
  )
}

/** The JPEG with these blocks in front of its picture. */
export function withBlocks(jpeg: Buffer, blocks: { exif?: Buffer; iptc?: Buffer; xmp?: Buffer }): Buffer {
  const segment = (marker: number, ...parts: Buffer[]) => {
    const data = Buffer.concat(parts)
    const head = Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255])
    return Buffer.concat([head, data])
  }
  const { exif, iptc, xmp } = blocks
  return Buffer.concat([
    jpeg.subarray(0, 2),
    ...(exif === undefined ? [] : [segment(0xe1, Buffer.from('Exif\0\0'), exif)]),
    ...(xmp === undefined ? [] : [segment(0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0'), xmp)]),
    ...(iptc === undefined ? [] : [segment(0xed, iptc)]),
    jpeg.subarray(2),
  ])
}
