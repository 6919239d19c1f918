/** Weights as text for a column: float32, little-endian, base64. */

export function encodeWeights(parts: readonly ArrayLike<number>[]): string {
  const count = parts.reduce((sum, part) => sum + part.length, 0)
  const bytes = Buffer.alloc(count * 4)
  let at = 0
  for (const part of parts) {
    for (let index = 0; index < part.length; index++) {
      bytes.writeFloatLE(part[index] ?? 0, at)
      at += 4
    }
  }
  return bytes.toString('base64')
}

/** Takes the parts off the text again, in their order. */
export function decodeWeights(text: string): { take(count: number): Float64Array } {
  const bytes = Buffer.from(text, 'base64')
  let at = 0
  return {
    take(count) {
      const part = Float64Array.from({ length: count }, (_, index) => bytes.readFloatLE(at + index * 4))
      at += count * 4
      return part
    },
  }
}
