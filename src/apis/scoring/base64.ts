/** Base64 as clients send pictures (scoring-api.md section 4), decoded piece by piece while it comes. */

/** What is wrong with a text, or undefined when it was Base64 of at least one byte. */
export type Base64Fault = 'alphabet' | 'padding' | 'empty'

export interface Base64Decoder {
  /** Bytes of the letters (ASCII) that were completed by these; a text that turned out to be none gives nothing more. */
  write(letters: Buffer): Buffer
  /** The bytes that were left over, or what was wrong. */
  end(): { bytes: Buffer } | { fault: Base64Fault }
}

const blank = 64
const padding = 65
const unknown = 66

const values = new Uint8Array(256).fill(unknown)
for (const [value, letter] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  values[letter.charCodeAt(0)] = value
}
values['-'.charCodeAt(0)] = 62
values['_'.charCodeAt(0)] = 63
values['='.charCodeAt(0)] = padding
for (const letter of ' \t\n\v\f\r') values[letter.charCodeAt(0)] = blank

const prefix = /^\s*data:image\/[a-z0-9.+-]{1,60}(?:;[^,;"]{1,80}){0,4};base64,/i
const maxPrefix = 512
const nothing = Buffer.alloc(0)

/** Both alphabets, padding or none, ASCII white space anywhere, and a `data:image/…;base64,` before it. */
export function createBase64Decoder(): Base64Decoder {
  /** Until it is known whether a data URI begins. */
  let head: Buffer | undefined = nothing
  let [group, inGroup, pads, decoded] = [0, 0, 0, 0]
  let fault: Base64Fault | undefined

  function withoutPrefix(letters: Buffer): Buffer | undefined {
    if (head === undefined) return letters
    head = Buffer.concat([head, letters])
    const text = head.toString('latin1', 0, maxPrefix)
    const begun = text.trimStart().slice(0, 5).toLowerCase()
    const mayBegin = 'data:'.startsWith(begun) && text.length < maxPrefix
    if (mayBegin && !text.includes(',')) return undefined
    return endOfHead(text)
  }

  function endOfHead(text: string): Buffer {
    const whole = head ?? nothing
    head = undefined
    return whole.subarray(prefix.exec(text)?.[0].length ?? 0)
  }

  function decode(letters: Buffer): Buffer {
    // What completes a group, then whole groups by the native decoder, then the rest.
    const start = inGroup === 0 ? 0 : Math.min(letters.length, 4 - inGroup)
    const first = decodeEach(letters.subarray(0, start))
    const whole = inGroup === 0 && pads === 0 ? letters.length - ((letters.length - start) % 4) : start
    const text = letters.toString('latin1', start, whole)
    const bytes = Buffer.from(text, 'base64')
    // It skips what it does not know: only of letters alone there are that many bytes.
    if (bytes.length * 4 !== text.length * 3) return Buffer.concat([first, decodeEach(letters.subarray(start))])
    decoded += bytes.length
    const rest = decodeEach(letters.subarray(whole))
    return first.length + rest.length === 0 ? bytes : Buffer.concat([first, bytes, rest])
  }

  function decodeEach(letters: Buffer): Buffer {
    if (letters.length === 0) return nothing
    const out = Buffer.allocUnsafe(Math.ceil((letters.length + 3) / 4) * 3)
    let length = 0
    for (const letter of letters) {
      const value = values[letter] ?? unknown
      if (value < blank) {
        if (pads > 0) fault ??= 'padding'
        group = (group << 6) | value
        inGroup += 1
        if (inGroup < 4) continue
        out[length] = group >> 16
        out[length + 1] = group >> 8
        out[length + 2] = group
        length += 3
        group = 0
        inGroup = 0
      } else if (value === padding) pads += 1
      else if (value === unknown) fault ??= 'alphabet'
    }
    decoded += length
    return out.subarray(0, length)
  }

  return {
    write(letters) {
      const rest = withoutPrefix(letters)
      if (rest === undefined || fault !== undefined) return nothing
      const bytes = decode(rest)
      return fault === undefined ? bytes : nothing
    },
    end() {
      const before = head === undefined ? nothing : decode(endOfHead(head.toString('latin1', 0, maxPrefix)))
      if (fault !== undefined) return { fault }
      if (inGroup === 1 || pads > 2 || (pads > 0 && (inGroup + pads) % 4 !== 0)) return { fault: 'padding' }
      const last = [group >> 4, group >> 10, group >> 2].map((byte) => byte & 255)
      const bytes =
        inGroup === 2
          ? Buffer.from([last[0] ?? 0])
          : inGroup === 3
            ? Buffer.from([last[1] ?? 0, last[2] ?? 0])
            : nothing
      decoded += bytes.length
      return decoded === 0 ? { fault: 'empty' } : { bytes: Buffer.concat([before, bytes]) }
    },
  }
}
