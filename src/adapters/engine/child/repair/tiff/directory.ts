/** Finds and reads the directory of a TIFF: where the header says it is, or wherever one makes sense. */

export interface Entry {
  tag: number
  type: number
  values: number[]
  /** Place of its values in the file. */
  at: number
}

export interface Directory {
  at: number
  little: boolean
  entries: Map<number, Entry>
  /** The header's place was right. */
  found: boolean
}

const sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]
/** Values of one entry that are read. */
const mostValues = 200_000
/** Places that may be a directory. */
const mostTried = 500

/** The first directory of the file that begins at 0; undefined when there is none. */
export function findDirectory(bytes: Buffer): Directory | undefined {
  const little = bytes[0] === 0x49
  const declared = read(bytes, 4, 4, little)
  const first = readDirectory(bytes, declared, little)
  if (first !== undefined && isPicture(first)) return { at: declared, little, entries: first, found: true }
  let tried = 0
  for (let at = 8; at + 2 + 6 * 12 < bytes.length; at += 2) {
    const count = little ? (bytes[at] ?? 0) : (bytes[at + 1] ?? 0)
    const tag = read(bytes, at + 2, 2, little)
    if (count < 6 || count > 100 || tag < 254 || tag > 257) continue
    tried += 1
    if (tried > mostTried) break
    const entries = readDirectory(bytes, at, little)
    if (entries !== undefined && isPicture(entries)) return { at, little, entries, found: false }
  }
  return undefined
}

/** The value of a tag of one value. */
export const single = (entries: Directory['entries'], tag: number): number | undefined => entries.get(tag)?.values[0]

function isPicture(entries: Map<number, Entry>): boolean {
  const data = entries.get(273) ?? entries.get(324)
  return (single(entries, 256) ?? 0) > 0 && (single(entries, 257) ?? 0) > 0 && (data?.values.length ?? 0) > 0
}

export function read(bytes: Buffer, at: number, size: number, little: boolean): number {
  if (at < 0 || at + size > bytes.length) return 0
  return little ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size)
}

/** Undefined when what stands there is none: tags ascend and types are known. */
function readDirectory(bytes: Buffer, at: number, little: boolean): Map<number, Entry> | undefined {
  if (at < 8 || at + 2 > bytes.length) return undefined
  const count = read(bytes, at, 2, little)
  if (count < 3 || count > 500 || at + 2 + count * 12 > bytes.length) return undefined
  const entries = new Map<number, Entry>()
  let last = 0
  for (let index = 0; index < count; index += 1) {
    const from = at + 2 + index * 12
    const tag = read(bytes, from, 2, little)
    const type = read(bytes, from + 2, 2, little)
    const many = read(bytes, from + 4, 4, little)
    const size = sizes[type] ?? 0
    if (tag < last || size === 0) return undefined
    last = tag
    const inside = size * many <= 4
    const place = inside ? from + 8 : read(bytes, from + 8, 4, little)
    const readable = Math.min(many, mostValues)
    if (place + size * readable > bytes.length) continue
    const width = type === 3 || type === 8 ? 2 : type === 1 || type === 7 || type === 2 ? 1 : 4
    const values = Array.from({ length: readable }, (_, n) => read(bytes, place + n * size, width, little))
    entries.set(tag, { tag, type, values, at: place })
  }
  return entries
}
