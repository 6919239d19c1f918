/**
 * Makes an uploaded font usable for one job: a copy whose name table gives it a family of its own. The renderer knows
 * fonts by family, process-wide: under its own name an upload could stand in for an installed font, or for another upload.
 */
import { randomBytes } from 'node:crypto'
import { open, writeFile } from 'node:fs/promises'
import { invalid } from '../../../../../core/errors.ts'

/** Large fonts of Chinese have about this many bytes. */
const mostBytes = 20 * 1024 * 1024
const mostTables = 100
/** TrueType outlines, the same as older Macs write it, CFF outlines. */
const versions: readonly number[] = [0x0001_0000, 0x7472_7565, 0x4f54_544f]

export interface FontFile {
  family: string
  file: string
}

/** Reads the font at `path` and writes the renamed copy to `target`. @throws DomainError invalid */
export async function readFont(path: string, target: string): Promise<FontFile> {
  const font = await readBounded(path)
  // Never the same twice: what the renderer knows of an earlier copy is gone with its file.
  const family = `upload${randomBytes(12).toString('hex')}`
  await writeFile(target, renameFont(font, family), { mode: 0o600 })
  return { family, file: target }
}

async function readBounded(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (size > mostBytes) throw refused(`has more than ${mostBytes / 1024 / 1024} MB`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

interface Table {
  tag: string
  checksum: number
  bytes: Buffer
}

/** The same font with this family name, an ASCII one, and no other names. @throws DomainError invalid: not a TTF or OTF */
export function renameFont(font: Buffer, family: string): Buffer {
  const kept = readTables(font).filter(({ tag }) => tag !== 'name' && tag !== 'DSIG')
  const tables = [...kept, { tag: 'name', checksum: 0, bytes: nameTable(family) }]
  // The directory is searched by halves.
  tables.sort((one, other) => (one.tag < other.tag ? -1 : 1))
  return writeTables(font.readUInt32BE(0), tables)
}

function readTables(font: Buffer): Table[] {
  if (font.length < 12 || !versions.includes(font.readUInt32BE(0))) throw refused('is neither TTF nor OTF')
  const count = font.readUInt16BE(4)
  if (count === 0 || count > mostTables || 12 + count * 16 > font.length) throw refused('has no valid list of tables')
  let total = 0
  return Array.from({ length: count }, (_, index) => {
    const at = 12 + index * 16
    const [offset, length] = [font.readUInt32BE(at + 8), font.readUInt32BE(at + 12)]
    total += length
    // Tables may lie on each other, which must not multiply them.
    if (offset + length > font.length || total > font.length + mostTables * 4) throw refused('is incomplete')
    const tag = font.toString('latin1', at, at + 4)
    return { tag, checksum: font.readUInt32BE(at + 4), bytes: font.subarray(offset, offset + length) }
  })
}

function writeTables(version: number, tables: readonly Table[]): Buffer {
  const header = Buffer.alloc(12 + tables.length * 16)
  const power = Math.floor(Math.log2(tables.length))
  header.writeUInt32BE(version, 0)
  header.writeUInt16BE(tables.length, 4)
  header.writeUInt16BE(16 * 2 ** power, 6)
  header.writeUInt16BE(power, 8)
  header.writeUInt16BE(16 * (tables.length - 2 ** power), 10)
  const pieces: Buffer[] = [header]
  let offset = header.length
  for (const [index, { tag, checksum, bytes }] of tables.entries()) {
    const at = 12 + index * 16
    header.write(tag, at, 'latin1')
    header.writeUInt32BE(checksum, at + 4)
    header.writeUInt32BE(offset, at + 8)
    header.writeUInt32BE(bytes.length, at + 12)
    const padding = Buffer.alloc((4 - (bytes.length % 4)) % 4)
    pieces.push(bytes, padding)
    offset += bytes.length + padding.length
  }
  return Buffer.concat(pieces)
}

/** Family, style, full and PostScript name, in Windows' Unicode and American English. */
function nameTable(family: string): Buffer {
  const names: readonly (readonly [number, string])[] = [
    [1, family],
    [2, 'Regular'],
    [4, family],
    [6, family],
  ]
  const header = Buffer.alloc(6 + names.length * 12)
  const texts: Buffer[] = []
  let offset = 0
  header.writeUInt16BE(names.length, 2)
  header.writeUInt16BE(header.length, 4)
  for (const [index, [id, text]] of names.entries()) {
    const bytes = Buffer.from(text, 'utf16le').swap16()
    const record = [3, 1, 0x409, id, bytes.length, offset]
    for (const [field, value] of record.entries()) header.writeUInt16BE(value, 6 + index * 12 + field * 2)
    texts.push(bytes)
    offset += bytes.length
  }
  return Buffer.concat([header, ...texts])
}

function refused(why: string): Error {
  return invalid('tr', `The font that ff names ${why}: upload a TTF or OTF file, or use a built-in font's name.`)
}
