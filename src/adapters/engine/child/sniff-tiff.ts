/** Camera RAW files that are TIFFs by their first bytes: the tags of the first directory tell them apart. */
import type { RawFormat } from '../../../core/processing/operations.ts'

const tags = { subfileType: 254, compression: 259, make: 271, subdirectories: 330, dngVersion: 50_706 } as const
/** Only Pentax has it. */
const pentaxCompression = 65_535

const makers: readonly (readonly [pattern: RegExp, format: RawFormat])[] = [
  [/^NIKON/i, 'nef'],
  [/^SONY/i, 'arw'],
  [/^(PENTAX|RICOH)/i, 'pef'],
  [/^SAMSUNG/i, 'srw'],
]

/** Which RAW format the start of a TIFF is; undefined: a plain TIFF, or a directory that lies further back. */
export function rawFormatOf(head: Buffer): RawFormat | undefined {
  if (head.toString('latin1', 8, 10) === 'CR' && head[10] === 2) return 'cr2'
  const directory = readDirectory(head)
  if (directory.has(tags.dngVersion)) return 'dng'
  const make = directory.get(tags.make)?.text() ?? ''
  const format = makers.find(([pattern]) => pattern.test(make))?.[1]
  // A maker's name stands in finished TIFFs too; a RAW begins with a thumbnail and has the picture in a subdirectory.
  const thumbnailFirst = directory.get(tags.subfileType)?.number() === 1 && directory.has(tags.subdirectories)
  const pentax = directory.get(tags.compression)?.number() === pentaxCompression
  return thumbnailFirst || (format === 'pef' && pentax) ? format : undefined
}

interface Entry {
  number(): number
  text(): string
}

function readDirectory(head: Buffer): Map<number, Entry> {
  const entries = new Map<number, Entry>()
  if (head.length < 8) return entries
  const little = head[0] === 0x49
  const u16 = (at: number) => (little ? head.readUInt16LE(at) : head.readUInt16BE(at))
  const u32 = (at: number) => (little ? head.readUInt32LE(at) : head.readUInt32BE(at))
  const start = u32(4)
  if (start + 2 > head.length) return entries
  const count = u16(start)
  for (let index = 0; index < count; index += 1) {
    const at = start + 2 + index * 12
    if (at + 12 > head.length) break
    const length = u32(at + 4)
    entries.set(u16(at), {
      number: () => (u16(at + 2) === 3 ? u16(at + 8) : u32(at + 8)),
      text: () => {
        const from = length <= 4 ? at + 8 : u32(at + 8)
        return head.toString('latin1', from, Math.min(from + length, from + 64)).replace(/\0.*$/s, '')
      },
    })
  }
  return entries
}
