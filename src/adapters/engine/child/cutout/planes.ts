/** Small planes of numbers, one per pixel, and what is done to them as a whole. */

export interface Size {
  width: number
  height: number
}

/** RGB, 8 bits, rows without padding. */
export interface Drawing extends Size {
  data: Buffer
}

/** CIE Lab of a drawing, three numbers a pixel: equal distances look equally far apart. */
export function toLab({ data, width, height }: Drawing): Float32Array {
  const lab = new Float32Array(width * height * 3)
  for (let at = 0; at < lab.length; at += 3) {
    const red = linear[data[at] ?? 0] ?? 0
    const green = linear[data[at + 1] ?? 0] ?? 0
    const blue = linear[data[at + 2] ?? 0] ?? 0
    const x = root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
    const y = root(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    const z = root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
    lab[at] = 116 * y - 16
    lab[at + 1] = 500 * (x - y)
    lab[at + 2] = 200 * (y - z)
  }
  return lab
}

const linear = Float32Array.from({ length: 256 }, (_, value) => {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
})

const root = (value: number) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116)

/** Means over squares of `2 * radius + 1` pixels, cut off at the edges. */
export function boxMean(plane: Float32Array, { width, height }: Size, radius: number): Float32Array {
  const across = new Float32Array(plane.length)
  for (let y = 0; y < height; y++) meanLine(plane, across, y * width, 1, width, radius)
  const mean = new Float32Array(plane.length)
  for (let x = 0; x < width; x++) meanLine(across, mean, x, width, height, radius)
  return mean
}

function meanLine(from: Float32Array, to: Float32Array, start: number, step: number, length: number, radius: number) {
  let sum = 0
  let count = 0
  for (let at = 0; at < Math.min(radius, length); at++) {
    sum += from[start + at * step] ?? 0
    count += 1
  }
  for (let at = 0; at < length; at++) {
    if (at + radius < length) {
      sum += from[start + (at + radius) * step] ?? 0
      count += 1
    }
    if (at - radius - 1 >= 0) {
      sum -= from[start + (at - radius - 1) * step] ?? 0
      count -= 1
    }
    to[start + at * step] = sum / count
  }
}

/** A plane drawn at other sides, straight lines between its values. */
export function redraw(plane: Float32Array, from: Size, to: Size): Float32Array {
  if (from.width === to.width && from.height === to.height) return plane
  const drawn = new Float32Array(to.width * to.height)
  const columns = placesOf(from.width, to.width)
  const rows = placesOf(from.height, to.height)
  for (let y = 0; y < to.height; y++) {
    const down = rows.share[y] ?? 0
    const top = (rows.place[y] ?? 0) * from.width
    const bottom = Math.min(from.height - 1, (rows.place[y] ?? 0) + 1) * from.width
    for (let x = 0; x < to.width; x++) {
      const right = columns.share[x] ?? 0
      const left = columns.place[x] ?? 0
      const next = Math.min(from.width - 1, left + 1)
      const above = (plane[top + left] ?? 0) * (1 - right) + (plane[top + next] ?? 0) * right
      const below = (plane[bottom + left] ?? 0) * (1 - right) + (plane[bottom + next] ?? 0) * right
      drawn[y * to.width + x] = above * (1 - down) + below * down
    }
  }
  return drawn
}

/** Between which two old places each new one lies, and how far on. */
export function placesOf(from: number, to: number): { place: Int32Array; share: Float32Array } {
  const place = new Int32Array(to)
  const share = new Float32Array(to)
  for (let at = 0; at < to; at++) {
    const exact = Math.min(from - 1, Math.max(0, ((at + 0.5) * from) / to - 0.5))
    place[at] = Math.floor(exact)
    share[at] = exact - Math.floor(exact)
  }
  return { place, share }
}

/** Grown (or shrunk) by the radius: 1 where any (where every) pixel within it is 1. Of planes of 0 and 1. */
export function spread(plane: Float32Array, size: Size, radius: number, grow: boolean): Float32Array {
  // A mean says whether any or all are: as cheap for a large radius as for a small one.
  return boxMean(plane, size, radius).map((mean) => Number(grow ? mean > 1e-6 : mean > 1 - 1e-6))
}
