/**
 * What a wrong CRC-32 tells: for damage of a few neighbouring bits there is one place and one pattern alone that gives
 * the difference between the stored and the computed checksum, so that the damage can be undone.
 */

const polynomial = 0xedb88320

/** Bytes of the longest chunk that is searched: beyond it, chance would find as many places as damage. */
const longest = 4 * 1024 * 1024

export interface Undo {
  /** Place of the first damaged byte within the bytes that the checksum covers. */
  at: number
  /** What to combine (exclusive or) with the bytes from there. */
  pattern: readonly number[]
}

/**
 * `difference`: stored xor computed checksum over `length` bytes. Undefined when no run of up to 8 bits explains it; a
 * place behind the end means that the checksum itself was damaged.
 */
export function explain(difference: number, length: number): Undo | undefined {
  let rest = difference >>> 0
  if (rest === 0 || length > longest) return undefined
  // A short pattern in the checksum itself.
  if (isShort(rest)) return { at: length, pattern: [] }
  for (let back = 0; back < length; back += 1) {
    // Undo the eight steps that this byte went through: what is left is the pattern that entered before them.
    for (let bit = 0; bit < 8; bit += 1) {
      const out = rest >>> 31
      rest = ((out === 1 ? rest ^ polynomial : rest) << 1) | out
      rest >>>= 0
    }
    if (rest < 256) return { at: length - 1 - back, pattern: [rest] }
    // The run may cross into the byte before it.
    if (rest < 65_536 && isShort(rest) && back + 1 < length)
      return { at: length - 1 - back, pattern: [rest & 255, rest >>> 8] }
  }
  return undefined
}

const isShort = (bits: number) => runOf(bits) <= 8

function runOf(bits: number): number {
  const lowest = 31 - Math.clz32((bits & -bits) >>> 0)
  return 32 - Math.clz32(bits) - lowest
}
