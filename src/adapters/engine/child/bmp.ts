/** Writes BMP, which sharp cannot: uncompressed, 24 bits a pixel, or 32 with alpha. */
import type { Sharp } from 'sharp'

const fileHeaderBytes = 14
/** Readers find the place of the alpha bits only in the fourth version of the header. */
const infoHeaderBytes = { opaque: 40, alpha: 108 } as const
const bitFields = 3
/** 72 dots per inch. */
const pixelsPerMetre = 2835

export async function encodeBmp(image: Sharp, alpha: boolean): Promise<Buffer> {
  const plain = image.toColourspace('srgb')
  const raw = (alpha ? plain.ensureAlpha() : plain.removeAlpha()).raw()
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const channels = alpha ? 4 : 3
  const header = headerOf(width, height, alpha)
  const rowBytes = rowLength(width, channels)
  const file = Buffer.alloc(header.length + rowBytes * height)
  header.copy(file)
  // Rows stand upside down, colours as blue, green, red.
  for (let row = 0; row < height; row += 1) {
    let from = (height - 1 - row) * width * channels
    let to = header.length + row * rowBytes
    for (let column = 0; column < width; column += 1) {
      file[to] = data[from + 2] ?? 0
      file[to + 1] = data[from + 1] ?? 0
      file[to + 2] = data[from] ?? 0
      if (alpha) file[to + 3] = data[from + 3] ?? 0
      from += channels
      to += channels
    }
  }
  return file
}

/** Rows end on a multiple of four bytes. */
const rowLength = (width: number, channels: number) => Math.ceil((width * channels) / 4) * 4

function headerOf(width: number, height: number, alpha: boolean): Buffer {
  const infoBytes = alpha ? infoHeaderBytes.alpha : infoHeaderBytes.opaque
  const header = Buffer.alloc(fileHeaderBytes + infoBytes)
  const pixelBytes = rowLength(width, alpha ? 4 : 3) * height
  header.write('BM', 'latin1')
  header.writeUInt32LE(header.length + pixelBytes, 2)
  header.writeUInt32LE(header.length, 10)
  header.writeUInt32LE(infoBytes, 14)
  header.writeInt32LE(width, 18)
  header.writeInt32LE(height, 22)
  header.writeUInt16LE(1, 26)
  header.writeUInt16LE(alpha ? 32 : 24, 28)
  header.writeUInt32LE(alpha ? bitFields : 0, 30)
  header.writeUInt32LE(pixelBytes, 34)
  header.writeInt32LE(pixelsPerMetre, 38)
  header.writeInt32LE(pixelsPerMetre, 42)
  if (alpha) {
    const masks = [0x00ff0000, 0x0000ff00, 0x000000ff, 0xff000000]
    for (const [index, mask] of masks.entries()) header.writeUInt32LE(mask, 54 + index * 4)
    header.write('BGRs', 70, 'latin1')
  }
  return header
}
