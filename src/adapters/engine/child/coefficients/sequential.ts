/** Blocks of baseline files: all coefficients together. The hot loop of reading. */
import { bitsAt } from './bits.ts'
import { lookBits, lookFurther, signed, valueBits, valuesOf } from './huffman.ts'
import { Unsuited } from './jpeg-file.ts'
import type { BlockReader, Reading } from './read-scans.ts'

export function sequential({ scan, words, turned, dc, ac }: Reading): BlockReader {
  const decoders = new Map(scan.components.map((_, part) => [ac(part), valuesOf(ac(part))]))
  const tables = scan.components.map((_, part) => {
    const look = decoders.get(ac(part)) ?? new Int32Array(0)
    return { dc: dc(part), ac: ac(part), look }
  })
  const predictions = new Int32Array(tables.length)
  const { place, sign } = turned
  return {
    reset: () => {
      predictions.fill(0)
    },
    read({ values, masks }, block, part, from) {
      const table = tables[part]
      if (table === undefined) return from
      let position = from
      let bits = bitsAt(words, position)
      let entry = table.dc.look[bits >>> (32 - lookBits)] || lookFurther(table.dc, bits >>> 16)
      if (entry === 0 || entry >> 8 > 11) throw new Unsuited('no such code')
      position += entry & 255
      const prediction = (predictions[part] ?? 0) + valueAt(words, position, entry >> 8)
      position += entry >> 8
      predictions[part] = prediction
      const base = block * 64
      values[base] = prediction

      const { look } = table
      let [low, high] = [0, 0]
      for (let k = 1; k < 64; k++) {
        bits = bitsAt(words, position)
        entry = look[bits >>> (32 - valueBits)] ?? 0
        let value = entry >> 16
        if (entry !== 0) {
          position += entry & 31
          k += (entry >> 5) & 127
          // Sixteen zeros, or the end of the block.
          if ((entry & 4096) !== 0) {
            k -= 1
            continue
          }
        } else {
          entry = table.ac.look[bits >>> (32 - lookBits)] || lookFurther(table.ac, bits >>> 16)
          if (entry === 0) throw new Unsuited('no such code')
          const size = (entry >> 8) & 15
          position += (entry & 255) + size
          if (size === 0) {
            if (entry >> 12 !== 15) break
            k += 15
            continue
          }
          k += entry >> 12
          if (size > 10) throw new Unsuited('a value too large')
          value = signed(bits << (entry & 255), size)
        }
        if (k > 63) throw new Unsuited('a value out of place')
        const flip = sign[k] ?? 0
        const target = place[k] ?? 0
        values[base + target] = (value ^ flip) - flip
        const upper = -(target >> 5)
        low |= (1 << target) & ~upper
        high |= (1 << target) & upper
      }
      masks[block * 2] = low
      masks[block * 2 + 1] = high
      return position
    },
  }
}

/** A value of `size` bits. */
export function valueAt(words: Int32Array, position: number, size: number): number {
  return size === 0 ? 0 : signed(bitsAt(words, position), size)
}
