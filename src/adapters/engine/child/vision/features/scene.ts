/**
 * Cues for places that the detector has no objects for: sky, plants, water. Colours of a coarse drawing of the view, so
 * that noise and texture do not count. All are shares, 0..1.
 */
import type { Features } from '../../../../../core/processing/sight.ts'
import type { View } from '../raster.ts'

/** Longest sides of the drawings that colours and edges are looked for in. */
const [coarse, fine] = [96, 320]
/** Tangent of the angle that an edge may lean and still be upright or level: 6 degrees. */
const lean = 0.105
/** Steps of luma over two pixels that make an edge. */
const weakest = 12

interface Drawing {
  data: Float32Array
  width: number
  height: number
}

/**
 * `sky`: of the picture, blue and smooth from its upper edge on. `brightTop`: the same for white and light grey, which
 * may be clouds or a ceiling. `plants`, `plantsLow`: green, of the picture and of its lower half. `waterLow`: blue or
 * turquoise, of the lower half. `turquoise`: of the picture. `warm`: brown to yellow, as wood and lamps are.
 */
export function measureScene(view: View): Features {
  const drawing = shrink(view, fine)
  return { ...measureColours(shrink(drawing, coarse)), ...measureEdges(drawing) }
}

function measureColours({ data, width, height }: Drawing): Features {
  let [sky, bright, plants, plantsLow, waterLow, turquoise, warm] = [0, 0, 0, 0, 0, 0, 0]
  const all = width * height
  const half = Math.floor(height / 2)
  for (let x = 0; x < width; x++) {
    const run = fromAbove(data, width, height, x)
    sky += run.blue
    bright += run.bright
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3
      const red = data[at] ?? 0
      const green = data[at + 1] ?? 0
      const blue = data[at + 2] ?? 0
      const span = Math.max(red, green, blue) - Math.min(red, green, blue)
      const low = y >= half
      // Leaves and grass are often as red as green, and always short of blue.
      if (green >= red * 0.97 && green > blue * 1.22 && span > 22) {
        plants += 1
        if (low) plantsLow += 1
      } else if (blue > red * 1.15 && span > 25 && green > red) {
        if (low) waterLow += 1
        if (green > red * 1.25 && green > blue * 0.8) turquoise += 1
      } else if (red > green && green > blue && span > 35) warm += 1
    }
  }
  const lower = Math.max(1, (height - half) * width)
  return {
    sky: sky / all,
    brightTop: bright / all,
    plants: plants / all,
    plantsLow: plantsLow / lower,
    waterLow: waterLow / lower,
    turquoise: turquoise / all,
    warm: warm / all,
  }
}

/** How far down from the upper edge one column stays blue, or bright, without a step of brightness. */
function fromAbove(data: Float32Array, width: number, height: number, x: number): { blue: number; bright: number } {
  let [blue, bright, before] = [0, 0, -1]
  for (let y = 0; y < height; y++) {
    const at = (y * width + x) * 3
    const [red, green, sky] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]
    const luma = 0.299 * red + 0.587 * green + 0.114 * sky
    if (before >= 0 && Math.abs(luma - before) > 14) break
    before = luma
    if (sky > 90 && sky >= green && sky > red * 1.12) blue += 1
    else if (luma > 185 && Math.max(red, green, sky) - Math.min(red, green, sky) < 34) bright += 1
    else break
  }
  return { blue, bright }
}

/**
 * `upright`, `level`: of the strength of all edges, that of upright and of level ones. Walls have both, horizons only
 * the second, leaves neither.
 */
function measureEdges({ data, width, height }: Drawing): Features {
  const luma = new Float32Array(width * height)
  for (let pixel = 0; pixel < luma.length; pixel++) {
    const at = pixel * 3
    luma[pixel] = 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0)
  }
  let upright = 0
  let level = 0
  let all = 0
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x
      const above = at - width
      const below = at + width
      const across =
        (3 * ((luma[above + 1] ?? 0) - (luma[above - 1] ?? 0) + (luma[below + 1] ?? 0) - (luma[below - 1] ?? 0)) +
          10 * ((luma[at + 1] ?? 0) - (luma[at - 1] ?? 0))) /
        16
      const down =
        (3 * ((luma[below - 1] ?? 0) - (luma[above - 1] ?? 0) + (luma[below + 1] ?? 0) - (luma[above + 1] ?? 0)) +
          10 * ((luma[below] ?? 0) - (luma[above] ?? 0))) /
        16
      const strength = Math.sqrt(across * across + down * down)
      if (strength < weakest) continue
      all += strength
      if (Math.abs(down) < lean * Math.abs(across)) upright += strength
      else if (Math.abs(across) < lean * Math.abs(down)) level += strength
    }
  }
  return { upright: upright / Math.max(1, all), level: level / Math.max(1, all) }
}

/** Means of squares of pixels, so that the longest side is about `side`. */
function shrink({ data, width, height }: View | Drawing, side: number): Drawing {
  const step = Math.max(1, Math.floor(Math.max(width, height) / side))
  const [columns, rows] = [Math.max(1, Math.floor(width / step)), Math.max(1, Math.floor(height / step))]
  const small = new Float32Array(columns * rows * 3)
  const sums = new Float64Array(columns * 3)
  for (let row = 0; row < rows; row++) {
    sums.fill(0)
    for (let y = row * step; y < (row + 1) * step; y++) addRow(data, y * width * 3, step, sums)
    for (let at = 0; at < sums.length; at++) small[row * sums.length + at] = (sums[at] ?? 0) / (step * step)
  }
  return { data: small, width: columns, height: rows }
}

/** `sums`: of the three channels of each column, which is `step` pixels wide. */
function addRow(data: Buffer | Float32Array, start: number, step: number, sums: Float64Array): void {
  for (let to = 0, from = start; to < sums.length; to += 3) {
    let red = 0
    let green = 0
    let blue = 0
    for (const end = from + 3 * step; from < end; from += 3) {
      red += data[from] ?? 0
      green += data[from + 1] ?? 0
      blue += data[from + 2] ?? 0
    }
    sums[to] = (sums[to] ?? 0) + red
    sums[to + 1] = (sums[to + 1] ?? 0) + green
    sums[to + 2] = (sums[to + 2] ?? 0) + blue
  }
}
