/** TGA has no magic bytes: every field of its 18-byte header must make sense together. */

/** Image types: colour map, true colour, grey; 8 more: run-length coded. */
const colourMapped = 1
const trueColour = 2
const grey = 3

/** True when the bytes can be a TGA and hardly anything else. */
export function isTga(head: Buffer): boolean {
  if (head.length <= 18) return false
  const type = head.readUInt8(2)
  const kind = type >= 9 ? type - 8 : type
  const depth = head.readUInt8(16)
  const descriptor = head.readUInt8(17)
  const alphaBits = descriptor & 0x0f
  const sized = head.readUInt16LE(12) > 0 && head.readUInt16LE(14) > 0
  // The two highest bits once meant interleaving; no writer sets them.
  if (!sized || (descriptor & 0xc0) !== 0) return false
  if (kind === colourMapped) return hasColourMap(head) && depth === 8 && alphaBits <= 8
  // Some writers add a colour map that is not used; then nothing but the type would speak for TGA.
  if (head[1] !== 0 || head.readUIntLE(3, 5) !== 0) return false
  if (kind === trueColour)
    return [15, 16, 24, 32].includes(depth) && alphaBits <= (depth === 32 ? 8 : depth === 24 ? 0 : 1)
  return kind === grey && (depth === 8 || depth === 16) && alphaBits <= 8
}

function hasColourMap(head: Buffer): boolean {
  const first = head.readUInt16LE(3)
  const length = head.readUInt16LE(5)
  return head[1] === 1 && length > 0 && first + length <= 256 && [15, 16, 24, 32].includes(head.readUInt8(7))
}
