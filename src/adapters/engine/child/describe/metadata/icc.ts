/** The name that a colour profile gives itself. */
import { clean } from './text.ts'

const headerBytes = 128
const mostTags = 100

/** Null when it has none, or when it cannot be read. */
export function profileName(icc: Buffer): string | null {
  if (icc.length < headerBytes + 4) return null
  const count = Math.min(icc.readUInt32BE(headerBytes), mostTags)
  for (let index = 0; index < count; index++) {
    const entry = icc.subarray(headerBytes + 4 + index * 12, headerBytes + 16 + index * 12)
    if (entry.length < 12) return null
    if (entry.toString('latin1', 0, 4) !== 'desc') continue
    const offset = entry.readUInt32BE(4)
    return clean(descriptionOf(icc.subarray(offset, offset + entry.readUInt32BE(8)))) || null
  }
  return null
}

function descriptionOf(tag: Buffer): string {
  if (tag.length < 12) return ''
  const type = tag.toString('latin1', 0, 4)
  // Second version: a count and ASCII. Fourth: texts in several languages, the first of which will do.
  if (type === 'desc') return tag.toString('latin1', 12, 12 + tag.readUInt32BE(8)).split('\0')[0] ?? ''
  if (type !== 'mluc' || tag.length < 28 || tag.readUInt32BE(8) === 0) return ''
  const [length, offset] = [tag.readUInt32BE(20), tag.readUInt32BE(24)]
  const text = Buffer.from(tag.subarray(offset, offset + (Math.min(length, 1000) & ~1)))
  return text.length % 2 === 0 ? text.swap16().toString('utf16le') : ''
}
