/** Moves the directory of a one-picture TIFF in front of its strips, as scanners and cameras write it. */

const sizes: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8 }

export function directoryFirst(tiff: Buffer): Buffer {
  const at = tiff.readUInt32LE(4)
  const count = tiff.readUInt16LE(at)
  const head = Buffer.alloc(8 + 2 + count * 12 + 4)
  tiff.copy(head, 0, 0, 4)
  head.writeUInt32LE(8, 4)
  head.writeUInt16LE(count, 8)
  const outside: Buffer[] = []
  let free = head.length
  const store = (bytes: Buffer) => {
    const where = free
    const padded = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)])
    outside.push(padded)
    free += padded.length
    return where
  }
  let strips: { tag: number; entry: number; type: number; values: number[] } | undefined
  let lengths: number[] = []
  for (let index = 0; index < count; index += 1) {
    const from = at + 2 + index * 12
    const entry = 10 + index * 12
    tiff.copy(head, entry, from, from + 12)
    const [tag, type, many] = [tiff.readUInt16LE(from), tiff.readUInt16LE(from + 2), tiff.readUInt32LE(from + 4)]
    const size = (sizes[type] ?? 1) * many
    const where = size > 4 ? tiff.readUInt32LE(from + 8) : from + 8
    const values = () =>
      Array.from({ length: many }, (_, n) =>
        type === 3 ? tiff.readUInt16LE(where + n * 2) : tiff.readUInt32LE(where + n * 4),
      )
    if (tag === 273 || tag === 324) {
      strips = { tag, entry, type, values: values() }
      head.writeUInt16LE(4, entry + 2)
    } else {
      if (tag === 279 || tag === 325) lengths = values()
      if (size > 4) head.writeUInt32LE(store(tiff.subarray(where, where + size)), entry + 8)
    }
  }
  if (strips === undefined) throw new Error('no strips')
  const table = Buffer.alloc(strips.values.length * 4)
  const tableAt = strips.values.length > 1 ? store(table) : 0
  const data: Buffer[] = []
  for (const [index, offset] of strips.values.entries()) {
    table.writeUInt32LE(free, index * 4)
    const bytes = tiff.subarray(offset, offset + (lengths[index] ?? 0))
    data.push(bytes)
    free += bytes.length
  }
  head.writeUInt32LE(strips.values.length > 1 ? tableAt : table.readUInt32LE(0), strips.entry + 8)
  return Buffer.concat([head, ...outside, ...data])
}
