/** Pictures for the tests of the steps, and pixels to judge. */
import sharp, { type Sharp } from 'sharp'
import type { Operations, OutputSpec, TextStamp } from '../../../../core/processing/operations.ts'
import { readHeader } from '../header.ts'
import type { Context, Picture } from '../picture.ts'
import { load } from './load.ts'

export const limits = { pixels: 120_000_000, side: 65_535, frames: 1000, framePixels: 500_000_000 }

/** Red above left, green above right, blue below left, white below right. */
export function quadrants(width: number, height: number): Sharp {
  const cell = (colour: string, left: number, top: number) => ({
    input: { create: { width: width / 2, height: height / 2, channels: 3 as const, background: colour } },
    left,
    top,
  })
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } }).composite([
    cell('#ff0000', 0, 0),
    cell('#00ff00', width / 2, 0),
    cell('#0000ff', 0, height / 2),
  ])
}

/** Smooth shades, a few edges and the grain of a sensor: what a photograph is to an encoder. Always the same. */
export function photograph(width: number, height: number, grain = 6): Sharp {
  const data = Buffer.alloc(width * height * 3)
  let state = 7
  for (let at = 0; at < data.length; at++) {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)]
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff
    const shade = 120 + 70 * Math.sin(x / 37 + (at % 3)) * Math.cos(y / 53) + (Math.hypot(x - 80, y - 60) < 40 ? 50 : 0)
    data[at] = Math.max(0, Math.min(255, shade + (((state >> 16) % (grain * 2 + 1)) - grain)))
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
}

/** Plain frames of these colours, delays of 100, 200, … ms. */
export function animation(colours: readonly string[], width: number, height: number): Sharp {
  const frames = colours.map((colour) => {
    const frame = Buffer.alloc(width * height * 4)
    for (let at = 0; at < frame.length; at += 4) frame.writeUInt32BE(Number.parseInt(`${colour.slice(1)}ff`, 16), at)
    return frame
  })
  const raw = { width, height: height * colours.length, channels: 4 as const, pageHeight: height }
  return sharp(Buffer.concat(frames), { raw })
}

export const delays = (count: number) => Array.from({ length: count }, (_, index) => (index + 1) * 100)

/** A context over these files as the pipeline makes it. */
export async function contextOf(
  files: readonly Buffer[],
  operations: Operations = {},
  output: OutputSpec = { format: 'png' },
): Promise<Context> {
  const sources = []
  for (const file of files) sources.push(await readHeader(file))
  return { order: { operations, output }, sources, limits, tolerant: false, admit: async () => undefined }
}

/** The first source as the steps get it. */
export async function pictureOf(context: Context): Promise<Picture> {
  return load(context)
}

export type Colour = readonly [number, number, number, number]

/** The colour at a place, as RGBA; of an animation the frames lie below each other. */
export async function colourAt(image: Sharp | Buffer, x: number, y: number): Promise<Colour> {
  const input = Buffer.isBuffer(image) ? image : await image.png().toBuffer()
  const { data, info } = await sharp(input, { pages: -1 })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const at = (y * info.width + x) * 4
  return [data[at] ?? -1, data[at + 1] ?? -1, data[at + 2] ?? -1, data[at + 3] ?? -1]
}

/** The nearest of the test colours. */
export function nameOf([red, green, blue, alpha]: Colour): string {
  if (alpha < 40) return 'clear'
  const bright = [red, green, blue].map((value) => (value > 190 ? 1 : value < 65 ? 0 : 2)).join('')
  const names: Record<string, string> = { '100': 'red', '010': 'green', '001': 'blue', '111': 'white', '000': 'black' }
  return names[bright] ?? `${red},${green},${blue},${alpha}`
}

/** Colours at the middles of the four quadrants, row by row. */
export async function quadrantColours(image: Sharp | Buffer, width: number, height: number): Promise<string> {
  const file = Buffer.isBuffer(image) ? image : await image.png().toBuffer()
  const names = []
  for (const y of [0.25, 0.75]) {
    for (const x of [0.25, 0.75]) {
      names.push(nameOf(await colourAt(file, Math.floor(width * x), Math.floor(height * y))))
    }
  }
  return names.join(' ')
}

/** A stamp's place: the defaults of the contract. */
export const placement = {
  gravity: 'Center',
  verticalPercent: 0,
  horizontalPercent: 0,
  verticalPixels: 0,
  horizontalPixels: 0,
  rotation: 0,
  opacity: 100,
  mosaic: false,
} as const

export const textStamp: TextStamp = {
  ...placement,
  type: 'text',
  text: 'IIII',
  fontFamily: 'Arial',
  bold: true,
  italic: false,
  fontSize: 40,
  color: '#000000',
}
