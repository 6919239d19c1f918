/** Media types by fixed first bytes and by the containers that share them. */

export type Named = readonly [format: string, mime: string]

/** Fixed bytes at fixed places. */
const magics: readonly (readonly [at: number, bytes: string, ...Named])[] = [
  [0, 'wOFF', 'woff', 'font/woff'],
  [0, 'wOF2', 'woff2', 'font/woff2'],
  [0, 'OTTO', 'otf', 'font/otf'],
  [0, '\x00\x01\x00\x00\x00', 'ttf', 'font/ttf'],
  [0, 'true\x00', 'ttf', 'font/ttf'],
  [0, 'ttcf', 'ttc', 'font/collection'],
  [34, 'LP', 'eot', 'application/vnd.ms-fontobject'],
  [0, 'FWS', 'swf', 'application/x-shockwave-flash'],
  [0, 'CWS', 'swf', 'application/x-shockwave-flash'],
  [0, 'ZWS', 'swf', 'application/x-shockwave-flash'],
  [0, 'ID3', 'mp3', 'audio/mpeg'],
  [0, 'fLaC', 'flac', 'audio/flac'],
  [0, '#!AMR', 'amr', 'audio/amr'],
  [0, 'MThd', 'mid', 'audio/midi'],
  [0, 'FLV\x01', 'flv', 'video/x-flv'],
  [0, '\x00\x00\x01\xba', 'mpg', 'video/mpeg'],
  [0, '\x00\x00\x01\xb3', 'mpg', 'video/mpeg'],
  [0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'wmv', 'video/x-ms-wmv'],
  [0, '\x1f\x8b\x08', 'gz', 'application/gzip'],
  [0, 'BZh', 'bz2', 'application/x-bzip2'],
  [0, '\xfd7zXZ\x00', 'xz', 'application/x-xz'],
  [0, '\x28\xb5\x2f\xfd', 'zst', 'application/zstd'],
  [0, '7z\xbc\xaf\x27\x1c', '7z', 'application/x-7z-compressed'],
  [0, 'Rar!\x1a\x07', 'rar', 'application/vnd.rar'],
  [257, 'ustar', 'tar', 'application/x-tar'],
  [0, '\x00asm', 'wasm', 'application/wasm'],
  [0, 'glTF', 'glb', 'model/gltf-binary'],
  [0, 'SQLite format 3\x00', 'sqlite', 'application/vnd.sqlite3'],
  [0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'doc', 'application/x-ole-storage'],
  [0, '{\\rtf', 'rtf', 'application/rtf'],
  [0, '%!PS', 'ps', 'application/postscript'],
  [0, '\x7fELF', 'elf', 'application/x-executable'],
  [0, 'icns', 'icns', 'image/icns'],
]

/** Undefined: none of these. */
export function binaryType(head: Buffer): Named | undefined {
  const start = head.toString('latin1', 0, 300)
  const container =
    isoMedia(head, start) ?? riff(start) ?? matroska(head) ?? ogg(start) ?? zip(head, start) ?? transport(head)
  if (container !== undefined) return container
  const magic = magics.find(([at, bytes]) => start.startsWith(bytes, at))
  // An eot's mark is short: its header says its own length first.
  if (magic?.[2] === 'eot' && !isEot(head)) return undefined
  // Windows programs begin with two letters; the header they point to settles it.
  if (magic === undefined && isProgram(head, start)) return ['exe', 'application/vnd.microsoft.portable-executable']
  return magic === undefined ? mpegAudio(head) : [magic[2], magic[3]]
}

const isEot = (head: Buffer) =>
  head.length > 36 &&
  [0x00010000, 0x00020001, 0x00020002].includes(head.readUInt32LE(8)) &&
  !head.subarray(0, 4).equals(Buffer.alloc(4))

function isProgram(head: Buffer, start: string): boolean {
  if (!start.startsWith('MZ') || head.length < 64) return false
  const at = head.readUInt32LE(60)
  return head.toString('latin1', at, at + 4) === 'PE\0\0'
}

/** MP4 and its kin, by the brand; QuickTime may begin with another box. */
function isoMedia(head: Buffer, start: string): Named | undefined {
  const box = start.slice(4, 8)
  if (head.length < 12 || !['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot'].includes(box)) return undefined
  if (box !== 'ftyp') return box === 'free' || box === 'skip' ? undefined : ['mov', 'video/quicktime']
  const brand = start.slice(8, 12)
  if (brand === 'qt  ') return ['mov', 'video/quicktime']
  if (/^(M4A|M4B|M4P|F4A)/.test(brand)) return ['m4a', 'audio/mp4']
  if (brand.startsWith('3g2')) return ['3g2', 'video/3gpp2']
  if (brand.startsWith('3g')) return ['3gp', 'video/3gpp']
  return ['mp4', 'video/mp4']
}

function riff(start: string): Named | undefined {
  if (!/^(RIFF|RF64)/.test(start)) return undefined
  const kinds: Record<string, Named> = { WAVE: ['wav', 'audio/wav'], 'AVI ': ['avi', 'video/x-msvideo'] }
  return kinds[start.slice(8, 12)]
}

function matroska(head: Buffer): Named | undefined {
  if (head.length < 8 || head.readUInt32BE(0) !== 0x1a45dfa3) return undefined
  return head.subarray(0, 256).includes('\x42\x82\x84webm', 'latin1')
    ? ['webm', 'video/webm']
    : ['mkv', 'video/x-matroska']
}

function ogg(start: string): Named | undefined {
  if (!start.startsWith('OggS')) return undefined
  if (start.includes('\x80theora')) return ['ogv', 'video/ogg']
  return start.includes('OpusHead') ? ['opus', 'audio/ogg'] : ['ogg', 'audio/ogg']
}

const openDocument = 'application/vnd.oasis.opendocument.'
const openXml = 'application/vnd.openxmlformats-officedocument.'

/** Office documents and books are ZIPs whose first entries tell what they are. */
function zip(head: Buffer, start: string): Named | undefined {
  if (!/^PK(\x03\x04|\x05\x06|\x07\x08)/.test(start)) return undefined
  const text = head.toString('latin1')
  const mimetype = /^PK\x03\x04[\s\S]{26}mimetype([a-z0-9.+/-]{1,80})/.exec(text)?.[1]
  if (mimetype?.startsWith('application/epub+zip')) return ['epub', 'application/epub+zip']
  for (const [format, kind] of [
    ['odt', 'text'],
    ['ods', 'spreadsheet'],
    ['odp', 'presentation'],
  ] as const) {
    if (mimetype?.startsWith(openDocument + kind)) return [format, openDocument + kind]
  }
  if (!text.includes('[Content_Types].xml') && !text.includes('_rels/.rels')) return ['zip', 'application/zip']
  if (text.includes('word/')) return ['docx', `${openXml}wordprocessingml.document`]
  if (text.includes('xl/')) return ['xlsx', `${openXml}spreadsheetml.sheet`]
  if (text.includes('ppt/')) return ['pptx', `${openXml}presentationml.presentation`]
  return ['zip', 'application/zip']
}

/** Packets of 188 bytes, each with its mark. */
function transport(head: Buffer): Named | undefined {
  const packets = [0, 188, 376, 564]
  return head.length > 564 && packets.every((at) => head[at] === 0x47) ? ['ts', 'video/mp2t'] : undefined
}

/** A frame of MPEG audio without a tag before it: sync, then a version, layer, bit rate and sample rate that exist. */
function mpegAudio(head: Buffer): Named | undefined {
  if (head.length < 4 || head[0] !== 0xff) return undefined
  const [second, third] = [head[1] ?? 0, head[2] ?? 0]
  if ((second & 0xf6) === 0xf0) return ['aac', 'audio/aac']
  const exists = (second & 0xe0) === 0xe0 && (second & 0x18) !== 0x08 && (second & 0x06) === 0x02
  return exists && third >> 4 !== 15 && third >> 4 !== 0 && (third & 0x0c) !== 0x0c ? ['mp3', 'audio/mpeg'] : undefined
}
