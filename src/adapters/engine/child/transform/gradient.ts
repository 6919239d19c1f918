/** `e-gradient`: a linear gradient over the picture; its length is CSS's, corner to corner along its direction. */
import { evaluate } from '../../../../core/processing/amounts.ts'
import type { Color, Gradient, Step } from '../../../../core/processing/transformation.ts'
import type { Pixels } from '../pixels.ts'
import { knownOf } from './known.ts'
import { layOver } from './lay-over.ts'
import type { Around, Size } from './run-parts.ts'

export function gradientStep(pixels: Pixels, { gradient }: Step, around: Around): Pixels {
  if (gradient === undefined) return pixels
  const stop = evaluate(gradient.stop, knownOf(around))
  return layOver(drawGradient(pixels, { ...gradient, stop }), pixels)
}

/** Finer than 8 bits can show on any picture of reasonable size. */
const shades = 1024

/** `stop`: up to 1 a share of the way, above pixels; from there on the last colour. */
export function drawGradient(
  { width, height }: Size,
  { direction, from, to, stop }: Omit<Gradient, 'stop'> & { stop: number },
): Pixels {
  const angle = (direction * Math.PI) / 180
  const [dx, dy] = [Math.sin(angle), -Math.cos(angle)]
  const length = Math.abs(width * dx) + Math.abs(height * dy)
  const way = Math.max(1e-6, stop > 1 ? stop : stop * length)
  const ramp = rampOf(from, to)
  const data = Buffer.allocUnsafe(width * height * 4)
  let at = 0
  for (let y = 0; y < height; y++) {
    // How far along the first pixel's middle lies, from the corner where the gradient begins.
    let along = (0.5 - width / 2) * dx + (y + 0.5 - height / 2) * dy + length / 2
    for (let x = 0; x < width; x++, along += dx, at += 4) {
      const shade = Math.min(shades, Math.max(0, Math.round((along / way) * shades))) * 4
      data[at] = ramp[shade] ?? 0
      data[at + 1] = ramp[shade + 1] ?? 0
      data[at + 2] = ramp[shade + 2] ?? 0
      data[at + 3] = ramp[shade + 3] ?? 0
    }
  }
  return { data, width, height }
}

/** Mixed premultiplied, as CSS does: white fading into transparent black stays white. */
function rampOf(from: Color, to: Color): Uint8ClampedArray {
  const ramp = new Uint8ClampedArray((shades + 1) * 4)
  for (let shade = 0; shade <= shades; shade++) {
    const share = shade / shades
    const [old, fresh] = [from.alpha * (1 - share), to.alpha * share]
    const alpha = old + fresh
    const mix = (one: number, other: number) => (alpha === 0 ? 0 : (one * old + other * fresh) / alpha)
    const color = [mix(from.red, to.red), mix(from.green, to.green), mix(from.blue, to.blue), alpha * 255]
    ramp.set(color, shade * 4)
  }
  return ramp
}
