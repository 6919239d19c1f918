/** What files that are no pictures are, by their first bytes; among texts, which look alike, by their name. */

export interface PlainType {
  mime: string
  /** Usual extension. */
  format: string
}

/** How many bytes from the start are wanted. */
export const headBytes = 4100

const unknown: PlainType = { mime: 'application/octet-stream', format: 'bin' }

/** First bytes as latin-1, at an offset. */
const magics: readonly (readonly [mime: string, format: string, bytes: string, offset?: number])[] = [
  ['application/pdf', 'pdf', '%PDF-'],
  ['video/webm', 'webm', '\x1a\x45\xdf\xa3'],
  ['video/x-msvideo', 'avi', 'AVI ', 8],
  ['audio/wav', 'wav', 'WAVE', 8],
  ['audio/mpeg', 'mp3', 'ID3'],
  ['audio/ogg', 'ogg', 'OggS'],
  ['audio/flac', 'flac', 'fLaC'],
  ['video/x-flv', 'flv', 'FLV\x01'],
  ['application/vnd.adobe.flash.movie', 'swf', 'FWS'],
  ['application/vnd.adobe.flash.movie', 'swf', 'CWS'],
  ['application/vnd.adobe.flash.movie', 'swf', 'ZWS'],
  ['font/woff', 'woff', 'wOFF'],
  ['font/woff2', 'woff2', 'wOF2'],
  ['font/otf', 'otf', 'OTTO'],
  ['font/ttf', 'ttf', '\x00\x01\x00\x00\x00'],
  ['font/ttf', 'ttf', 'true'],
  ['font/collection', 'ttc', 'ttcf'],
  ['application/vnd.ms-fontobject', 'eot', 'LP', 34],
  ['application/zip', 'zip', 'PK\x03\x04'],
  ['application/gzip', 'gz', '\x1f\x8b\x08'],
  ['application/x-7z-compressed', '7z', '7z\xbc\xaf\x27\x1c'],
  ['application/vnd.rar', 'rar', 'Rar!\x1a\x07'],
  ['application/postscript', 'ps', '%!PS'],
  ['application/vnd.apple.mpegurl', 'm3u8', '#EXTM3U'],
]

/** Texts by the extension of their name. */
const texts: Readonly<Record<string, string>> = {
  css: 'text/css',
  csv: 'text/csv',
  htm: 'text/html',
  html: 'text/html',
  js: 'text/javascript',
  json: 'application/json',
  md: 'text/markdown',
  mjs: 'text/javascript',
  m3u8: 'application/vnd.apple.mpegurl',
  mpd: 'application/dash+xml',
  srt: 'application/x-subrip',
  txt: 'text/plain',
  vtt: 'text/vtt',
  xml: 'application/xml',
}
const formats: Readonly<Record<string, string>> = { htm: 'html', mjs: 'js' }

/** @param head the first `headBytes` bytes. @param name of the file */
export function plainTypeOf(head: Buffer, name: string): PlainType {
  const start = head.toString('latin1')
  const magic = magics.find(([, , bytes, offset = 0]) => start.startsWith(bytes, offset))
  if (magic !== undefined) return { mime: magic[0], format: magic[1] }
  if (start.startsWith('ftyp', 4)) return isoMedia(start)
  // Packets of 188 bytes.
  if (['G'].includes(start[0] ?? '') && start[188] === 'G' && start[376] === 'G')
    return { mime: 'video/mp2t', format: 'ts' }
  return isText(head) ? textType(name) : unknown
}

function isoMedia(start: string): PlainType {
  const brand = start.slice(8, 12)
  if (brand === 'qt  ') return { mime: 'video/quicktime', format: 'mov' }
  if (/^M4A|^M4B/.test(brand)) return { mime: 'audio/mp4', format: 'm4a' }
  return { mime: 'video/mp4', format: 'mp4' }
}

function textType(name: string): PlainType {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  const mime = Object.hasOwn(texts, extension) ? texts[extension] : undefined
  if (mime === undefined) return { mime: 'text/plain', format: 'txt' }
  return { mime, format: formats[extension] ?? extension }
}

/** UTF-8 without control characters that no text has. */
function isText(head: Buffer): boolean {
  if (head.length === 0) return false
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    // The last character may be cut.
    const text = decoder.decode(head, { stream: true })
    return !/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text)
  } catch {
    return false
  }
}
