/** A cut PSD: the decoder fills what is missing with white and says nothing, so its lengths are checked here. */
import { DomainError } from '../../../../core/errors.ts'

const raw = 0
const packed = 1

/** @throws DomainError damaged_image when the merged picture, which stands last, is not all there */
export function checkPsd(bytes: Buffer): void {
  try {
    if (pictureEnd(bytes) <= bytes.length) return
  } catch (cause) {
    throw incomplete(cause)
  }
  throw incomplete()
}

/** Where the merged picture ends. Throws where a length itself is cut off. */
function pictureEnd(bytes: Buffer): number {
  const large = bytes.readUInt16BE(4) === 2
  const channels = bytes.readUInt16BE(12)
  const [height, width, depth] = [bytes.readUInt32BE(14), bytes.readUInt32BE(18), bytes.readUInt16BE(22)]
  const colours = 26
  const resources = colours + 4 + bytes.readUInt32BE(colours)
  const layers = resources + 4 + bytes.readUInt32BE(resources)
  const picture = large ? layers + 8 + Number(bytes.readBigUInt64BE(layers)) : layers + 4 + bytes.readUInt32BE(layers)
  const compression = bytes.readUInt16BE(picture)
  const rows = channels * height
  const start = picture + 2
  if (compression === raw) return start + rows * Math.ceil((width * depth) / 8)
  if (compression !== packed) return start
  const countBytes = large ? 4 : 2
  let end = start + rows * countBytes
  if (end > bytes.length) return end
  for (let at = start; at < start + rows * countBytes; at += countBytes) end += bytes.readUIntBE(at, countBytes)
  return end
}

function incomplete(cause?: unknown): DomainError {
  return new DomainError('damaged_image', 'The image is damaged or incomplete and cannot be read.', { cause })
}
