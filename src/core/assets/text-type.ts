/** Which text a text is: all look alike, so the name's extension counts, and without one what it begins with. */
import type { Named } from './binary-type.ts'

/** By the extension of the name. */
const texts: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  css: 'text/css',
  js: 'text/javascript',
  mjs: 'text/javascript',
  json: 'application/json',
  map: 'application/json',
  geojson: 'application/geo+json',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  html: 'text/html',
  htm: 'text/html',
  xml: 'application/xml',
  md: 'text/markdown',
  vtt: 'text/vtt',
  srt: 'application/x-subrip',
  m3u8: 'application/vnd.apple.mpegurl',
  mpd: 'application/dash+xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  ics: 'text/calendar',
  vcf: 'text/vcard',
}
const aliases: Readonly<Record<string, string>> = { htm: 'html', mjs: 'js', yml: 'yaml', map: 'json' }

/** Undefined: no text. */
export function textType(head: Buffer, name: string): Named | undefined {
  const text = readText(head)
  if (text === undefined) return undefined
  const start = text.replace(/^\uFEFF/, '').trimStart()
  if (/^#EXTM3U/.test(start)) return ['m3u8', texts.m3u8 ?? '']
  if (/^WEBVTT\b/.test(start)) return ['vtt', 'text/vtt']
  const extension = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  const named = Object.hasOwn(texts, extension) ? texts[extension] : undefined
  if (named !== undefined) return [aliases[extension] ?? extension, named]
  if (/^<(!doctype html|html|head|body|script)\b/i.test(start)) return ['html', 'text/html']
  if (/^<\?xml\b/.test(start)) return ['xml', 'application/xml']
  if (isJson(start)) return ['json', 'application/json']
  return ['txt', 'text/plain']
}

/** Most bytes of a text in an old 8-bit coding that are no ASCII. */
const mostForeign = 0.3

/** Undefined: no text. UTF-16 with its mark, or 8 bits without the control characters that no text has. */
function readText(head: Buffer): string | undefined {
  if (head.length === 0) return undefined
  if (head[0] === 0xff && head[1] === 0xfe) return head.toString('utf16le', 2)
  if (head[0] === 0xfe && head[1] === 0xff) {
    const even = Buffer.from(head.subarray(2, 2 + ((head.length - 2) & ~1)))
    return even.swap16().toString('utf16le')
  }
  let foreign = 0
  for (const byte of head) {
    if (byte < 0x20 && (byte < 0x08 || byte > 0x0d) && byte !== 0x1b) return undefined
    if (byte >= 0x7f) foreign += 1
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
  } catch {
    return foreign > head.length * mostForeign ? undefined : head.toString('latin1')
  }
}

/** Longer texts may have been cut. */
const wholeJson = 4000

/** Whole when it is short; else its beginning must look like one. */
function isJson(start: string): boolean {
  if (!/^[[{]/.test(start)) return false
  if (start.length > wholeJson) return /^(\{\s*"|\[\s*["[{\d\-tfn])/.test(start)
  try {
    JSON.parse(start)
    return true
  } catch {
    return false
  }
}
