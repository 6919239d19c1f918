/** The list inside an export: CSV after RFC 4180, UTF-8, a line per photo; and where a photo stands in the archive. */
import { mediaTypes } from '../../processing/operations.ts'
import type { Installation, JudgedCapture } from '../records.ts'
import { formatInstant, formatLocal } from '../zones.ts'

export const manifestName = 'manifest.csv'

const columns = [
  'id',
  'taken_at',
  'taken_at_local',
  'installation_id',
  'installation',
  'camera_id',
  'filename',
  'file',
  'file_size',
  'sha256',
  'size_bytes',
  'mime_type',
  'width',
  'height',
  'tags',
  'flags',
  'score',
  'label',
]

export const manifestHead = `${columns.join(',')}\r\n`

/** `file_size` is of the file in the archive; `sha256`, `size_bytes`, `width` and `height` are of the original. */
export function manifestLine(
  capture: JudgedCapture,
  { name }: Pick<Installation, 'name'>,
  file: { name: string; size: number },
): string {
  const values = [
    capture.id,
    formatInstant(capture.taken),
    formatLocal(capture.taken, capture.offset),
    capture.installation,
    text(name),
    capture.camera ?? '',
    text(capture.filename),
    file.name,
    file.size,
    capture.sha256,
    capture.size,
    capture.mime,
    capture.width,
    capture.height,
    text(capture.tags.join(' | ')),
    capture.flags.join(' '),
    capture.score ?? '',
    text(capture.label ?? ''),
  ]
  return `${values.map(quoted).join(',')}\r\n`
}

/** What people wrote never begins a formula where the list is opened as a sheet. */
const text = (value: string) => (/^\s*[=+\-@\t\r]/.test(value) ? `'${value}` : value)

function quoted(value: string | number): string {
  const plain = String(value)
  return /[",\r\n]|^\s|\s$/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

/** `{installation}/{yyyy}/{MM}/{dd}/{yyyyMMdd-HHmmss}_{id}.{ext}`, by the local time, as `sites pull` lays them out. */
export function pathOf(
  { id, taken, offset, mime }: Pick<JudgedCapture, 'id' | 'taken' | 'offset' | 'mime'>,
  { id: installation, name }: Pick<Installation, 'id' | 'name'>,
  isOriginal: boolean,
): string {
  const wall = formatLocal(taken, offset)
  const [year, month, day] = [wall.slice(0, 4), wall.slice(5, 7), wall.slice(8, 10)]
  const stamp = `${year}${month}${day}-${wall.slice(11, 19).replaceAll(':', '')}`
  const extension = isOriginal ? (Object.entries(mediaTypes).find(([, type]) => type === mime)?.[0] ?? 'bin') : 'jpg'
  return `${folderOf(name) || installation}/${year}/${month}/${day}/${stamp}_${id}.${extension}`
}

/** A name that every system takes as one folder. */
function folderOf(name: string): string {
  const cleaned = [
    ...name
      .normalize('NFC')
      .toWellFormed()
      .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\:*?"<>|]/gu, '_'),
  ]
    .slice(0, 80)
    .join('')
    .replace(/^[\s.]+|[\s.]+$/g, '')
  // Names that Windows keeps for devices.
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(cleaned) ? `_${cleaned}` : cleaned
}
