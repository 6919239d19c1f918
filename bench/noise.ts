/** Noise made by code, the same on every machine: a whole picture (fractal value noise with grain), or grain for one. */
import sharp, { type Sharp } from 'sharp'

export function noise(width: number, height: number): Sharp {
  const random = generator(20_260_801)
  const field = new Float32Array(width * height)
  for (let cells = 2; cells <= 1024; cells *= 2) addOctave(field, width, height, cells, random)
  const pixels = Buffer.allocUnsafe(width * height * 3)
  for (let at = 0; at < field.length; at += 1) {
    const light = 128 + 55 * (field[at] ?? 0)
    const grain = (random() - 0.5) * 30
    pixels[at * 3] = clamp(light + grain)
    pixels[at * 3 + 1] = clamp(light * 0.9 + 15 + grain)
    pixels[at * 3 + 2] = clamp(235 - light * 0.8 + grain)
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

/**
 * Adds the grain of a camera's sensor to interleaved 8-bit RGB, in place: a smooth picture compresses several times better
 * than a photograph as it comes, and decodes that much faster.
 */
export function addGrain(pixels: Buffer, strength: number): void {
  const random = generator(20_260_802)
  for (let at = 0; at < pixels.length; at += 3) {
    const grain = (random() + random() - 1) * strength
    for (let channel = at; channel < at + 3; channel += 1) pixels[channel] = clamp((pixels[channel] ?? 0) + grain)
  }
}

const clamp = (value: number) => Math.max(0, Math.min(255, Math.round(value)))

/** Random values on a coarse grid, linear in between. */
function addOctave(field: Float32Array, width: number, height: number, cells: number, random: () => number): void {
  const amplitude = cells ** -0.75 * 3
  const side = cells + 2
  const grid = Float32Array.from({ length: side * side }, () => (random() * 2 - 1) * amplitude)
  for (let y = 0; y < height; y += 1) {
    const gy = (y / height) * cells
    const row = Math.floor(gy) * side
    const fy = gy - Math.floor(gy)
    for (let x = 0; x < width; x += 1) {
      const gx = (x / width) * cells
      const at = row + Math.floor(gx)
      const fx = gx - Math.floor(gx)
      const upper = (grid[at] ?? 0) * (1 - fx) + (grid[at + 1] ?? 0) * fx
      const lower = (grid[at + side] ?? 0) * (1 - fx) + (grid[at + side + 1] ?? 0) * fx
      const index = y * width + x
      field[index] = (field[index] ?? 0) + upper * (1 - fy) + lower * fy
    }
  }
}

/** Linear congruential, 0 up to 1. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
