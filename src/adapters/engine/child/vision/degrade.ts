/** Makes a spoilt copy of a photo, as a file in memory: what the evaluations look at. */
import sharp, { type Sharp } from 'sharp'
import { type Degradation, tiltReach } from '../../../../core/processing/degradation.ts'
import type { Limits } from '../messages.ts'
import type { Context, Header } from '../picture.ts'
import { drawView, type View } from './raster.ts'

/** @throws DomainError of the source, as `drawView` */
export async function degrade(
  header: Header,
  degradation: Degradation,
  limits: Limits,
  admit: Context['admit'],
): Promise<Buffer> {
  const view = await drawView(header, limits, admit, degradation.side)
  return await encode(await spoil(view, degradation), degradation)
}

async function spoil(view: View, { kind, strength, seed }: Degradation): Promise<Sharp> {
  const { width, height } = view
  const image = opened(view)
  const sized = (by: number) => ({
    width: Math.max(1, Math.round(width / by)),
    height: Math.max(1, Math.round(height / by)),
    fit: 'fill' as const,
  })
  switch (kind) {
    case 'none':
      return image
    case 'blur':
      return image.blur(strength)
    case 'noise':
      return opened(withNoise(view, strength, seed))
    case 'jpeg':
      return sharp(await image.jpeg({ quality: strength }).toBuffer())
    case 'exposure':
      return image.linear(strength, 0)
    case 'contrast':
      return image.linear(strength, 128 * (1 - strength))
    case 'smaller':
      return image.resize(sized(strength))
    case 'enlarged': {
      const small = await image.resize(sized(strength)).raw().toBuffer({ resolveWithObject: true })
      return opened({ data: small.data, ...sides(small.info) }).resize({ width, height, fit: 'fill', kernel: 'cubic' })
    }
    case 'tilt':
      return await tilted(view, strength)
    default:
      return kind satisfies never
  }
}

async function encode(image: Sharp, { kind, strength, format }: Degradation): Promise<Buffer> {
  if (format === 'webp') return await image.webp({ lossless: true, effort: 0 }).toBuffer()
  if (format === 'jpg') return await image.jpeg({ quality: kind === 'jpeg' ? strength : 95 }).toBuffer()
  return await image.png({ compressionLevel: 1 }).toBuffer()
}

const opened = ({ data, width, height }: View) => sharp(data, { raw: { width, height, channels: 3 } })
const sides = ({ width, height }: { width: number; height: number }) => ({ width, height })

/** Turned about its middle and cropped to the same part at every angle, at angle 0 too. */
async function tilted({ data, width, height }: View, degrees: number): Promise<Sharp> {
  const reach = (tiltReach * Math.PI) / 180
  const share = 1 / (Math.cos(reach) + Math.sin(reach) * Math.max(width / height, height / width))
  const part = { width: Math.floor(width * share) - 2, height: Math.floor(height * share) - 2 }
  let turned = { data, width, height }
  if (degrees !== 0) {
    const angle = (degrees * Math.PI) / 180
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const { data: pixels, info } = await opened({ data, width, height })
      .affine([cos, -sin, sin, cos], { interpolator: 'bicubic', background: '#000' })
      .raw()
      .toBuffer({ resolveWithObject: true })
    turned = { data: pixels, ...sides(info) }
  }
  const middle = { left: (turned.width - part.width) >> 1, top: (turned.height - part.height) >> 1 }
  return opened(turned).extract({ ...middle, ...part })
}

/** The same for the same seed. */
function withNoise({ data, width, height }: View, deviation: number, seed: number): View {
  const random = generator(seed)
  const noisy = Buffer.alloc(data.length)
  for (let at = 0; at < data.length; at++) {
    const size = Math.sqrt(-2 * Math.log(1 - random()))
    const value = (data[at] ?? 0) + deviation * size * Math.cos(2 * Math.PI * random())
    noisy[at] = Math.max(0, Math.min(255, Math.round(value)))
  }
  return { data: noisy, width, height }
}

/** Numbers in 0..1 from a seed: a 32-bit state, counted up and mixed. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  }
}
