/** The sound pictures of the repair set, made by code from a seed: photo-like (smooth shapes, texture, grain) and drawn. */
import sharp, { type Sharp } from 'sharp'
import { unstuff } from '../../src/adapters/engine/child/repair/jpeg/bits.ts'
import { createPlanes, layoutOf } from '../../src/adapters/engine/child/repair/jpeg/frame.ts'
import { lookupOf } from '../../src/adapters/engine/child/repair/jpeg/huffman.ts'
import { parseJpeg } from '../../src/adapters/engine/child/repair/jpeg/parse.ts'
import { recoverScan } from '../../src/adapters/engine/child/repair/jpeg/recover.ts'
import { readSequential } from '../../src/adapters/engine/child/repair/jpeg/sequence.ts'
import { writeJpeg } from '../../src/adapters/engine/child/repair/jpeg/write.ts'
import { directoryFirst } from './tiff-front.ts'

export interface Original {
  name: string
  format: 'jpg' | 'png' | 'gif' | 'webp' | 'tiff'
  width: number
  height: number
  bytes: Buffer
  /** What it decodes to, three channels, first frame. */
  pixels: Buffer
}

/** Numbers in 0..1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0
  return () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
}

/** A scene: a sky with a gradient, hills, shapes with soft edges, texture and grain. */
export function scene(width: number, height: number, seed: number): Buffer {
  const next = random(seed)
  const waves = Array.from({ length: 6 }, () => [next() * 0.05, next() * 0.05, next() * 6, next() * 18 + 4] as const)
  const blobs = Array.from({ length: 14 }, () => ({
    x: next() * width,
    y: next() * height,
    r: (0.04 + next() * 0.16) * width,
    tone: [next() * 230, next() * 230, next() * 230] as const,
  }))
  const horizon = height * (0.3 + next() * 0.4)
  const tilt = (next() - 0.5) * 0.4
  const sky = [90 + next() * 80, 130 + next() * 80, 190 + next() * 60] as const
  const ground = [60 + next() * 80, 70 + next() * 80, 30 + next() * 60] as const
  const grain = 2 + next() * 8
  const data = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let texture = 0
      for (const [fx, fy, phase, size] of waves) texture += Math.sin(x * fx + y * fy + phase) * size
      const below = y > horizon + tilt * (x - width / 2) + Math.sin(x / 37) * 9
      const fine = below ? Math.sin(x * 0.9 + Math.sin(y * 0.7) * 2) * 12 : 0
      const shade = (y / height) * 50
      const noise = (next() - 0.5) * grain * 2
      for (let channel = 0; channel < 3; channel += 1) {
        let value = (below ? (ground[channel] ?? 0) + shade : (sky[channel] ?? 0) - shade) + texture + fine
        for (const { x: bx, y: by, r, tone } of blobs) {
          const distance = Math.hypot(x - bx, y - by)
          if (distance > r) continue
          const cover = Math.min(1, (r - distance) / 3)
          value = value * (1 - cover) + ((tone[channel] ?? 0) + texture * 0.6) * cover
        }
        data[(y * width + x) * 3 + channel] = Math.max(0, Math.min(255, Math.round(value + noise)))
      }
    }
  }
  return data
}

/** A drawing: flat rectangles with hard edges, as of screens and diagrams. */
export function drawing(width: number, height: number, seed: number): Buffer {
  const next = random(seed)
  const data = Buffer.alloc(width * height * 3, 200 + Math.floor(next() * 56))
  for (let shape = 0; shape < 60; shape += 1) {
    const [x0, y0] = [Math.floor(next() * width), Math.floor(next() * height)]
    const x1 = next() < 0.3 ? width : Math.min(width, x0 + 4 + Math.floor(next() * width * 0.4))
    const y1 = Math.min(height, y0 + 2 + Math.floor(next() * height * 0.3))
    const colour = [next() * 256, next() * 256, next() * 256].map(Math.floor)
    for (let y = y0; y < y1; y += 1)
      for (let x = x0; x < x1; x += 1)
        for (const [channel, value] of colour.entries()) data[(y * width + x) * 3 + channel] = value
  }
  return data
}

/** The same coefficients with a restart marker after each half row of MCUs. */
function withRestarts(jpeg: Buffer): Buffer {
  const parsed = parseJpeg(jpeg, 0)
  const [scan] = parsed.scans
  if (parsed.frame === undefined || scan === undefined) throw new Error('no JPEG')
  const planes = createPlanes(parsed.frame, parsed.quantisation)
  const parts = planes.planes.map((plane, index) => {
    const [dc, ac] = [scan.dcTables[scan.parts[index]?.dc ?? 0], scan.acTables[scan.parts[index]?.ac ?? 0]]
    const lookups = [dc, ac].map((spec) => (spec === undefined ? undefined : lookupOf(spec)) ?? new Uint16Array(65_536))
    return { plane, dc: lookups[0] ?? new Uint16Array(65_536), ac: lookups[1] ?? new Uint16Array(65_536) }
  })
  const options = { restart: 0, ended: true, suspect: false }
  recoverScan(unstuff(jpeg, scan.dataFrom, scan.dataTo), layoutOf(planes, parts), readSequential, options)
  return writeJpeg(planes, parsed.quantisation, parsed.metadata, Math.ceil(planes.mcusWide / 2))
}

/** Encoders of the set: which formats and kinds of them. */
const encoders: Record<string, { format: Original['format']; encode(image: Sharp): Promise<Buffer> }> = {
  'jpg baseline': { format: 'jpg', encode: (image) => image.jpeg({ quality: 84, optimiseCoding: false }).toBuffer() },
  'jpg 4:4:4 q92': {
    format: 'jpg',
    encode: (image) => image.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer(),
  },
  'jpg restarts': {
    format: 'jpg',
    encode: async (image) => withRestarts(await image.jpeg({ quality: 84, optimiseCoding: false }).toBuffer()),
  },
  'jpg progressive': { format: 'jpg', encode: (image) => image.jpeg({ quality: 84, progressive: true }).toBuffer() },
  png: { format: 'png', encode: (image) => image.png().toBuffer() },
  'png palette': { format: 'png', encode: (image) => image.png({ palette: true, effort: 1 }).toBuffer() },
  gif: { format: 'gif', encode: (image) => image.gif({ effort: 2 }).toBuffer() },
  webp: { format: 'webp', encode: (image) => image.webp({ quality: 82, effort: 2 }).toBuffer() },
  'webp lossless': { format: 'webp', encode: (image) => image.webp({ lossless: true, effort: 1 }).toBuffer() },
  'tiff lzw': {
    format: 'tiff',
    encode: (image) => image.tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer(),
  },
  'tiff plain': { format: 'tiff', encode: (image) => image.tiff({ compression: 'none' }).toBuffer() },
  'tiff jpeg': { format: 'tiff', encode: (image) => image.tiff({ compression: 'jpeg', quality: 84 }).toBuffer() },
}

export const originalKinds = Object.keys(encoders)

export async function makeOriginal(kind: string, seed: number): Promise<Original> {
  const encoder = encoders[kind]
  if (encoder === undefined) throw new Error(`no encoder ${kind}`)
  const next = random(seed + 77)
  const width = 320 + Math.floor(next() * 200)
  const height = 240 + Math.floor(next() * 160)
  // Every fourth is a drawing.
  const pixels = seed % 4 === 0 ? drawing(width, height, seed) : scene(width, height, seed)
  const image = sharp(pixels, { raw: { width, height, channels: 3 } })
  const encoded = await encoder.encode(image)
  // Half of the TIFFs have their directory in front.
  const bytes = encoder.format === 'tiff' && seed % 2 === 1 ? directoryFirst(encoded) : encoded
  return { name: `${kind} ${seed}`, format: encoder.format, width, height, bytes, pixels: await decode(bytes) }
}

async function decode(bytes: Buffer): Promise<Buffer> {
  return await sharp(bytes).flatten({ background: '#ffffff' }).toColourspace('srgb').removeAlpha().raw().toBuffer()
}
