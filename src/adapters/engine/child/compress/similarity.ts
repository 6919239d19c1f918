/**
 * How alike two pictures look: the structural similarity index of Wang, Bovik, Sheikh and Simoncelli ("Image quality
 * assessment: from error visibility to structural similarity", IEEE Transactions on Image Processing 13(4), 2004), with
 * their constants K1 = 0.01 and K2 = 0.03, over windows of 8 x 8 pixels at every fourth place instead of a Gaussian one:
 * sums of 4 x 4 cells are shared by the windows that overlap, which makes it about as cheap as decoding.
 */
import type { Sharp } from 'sharp'

/** Samples of a picture without transparency, bands interleaved. */
export interface Raster {
  data: Uint8Array
  width: number
  height: number
  bands: 1 | 3
}

/** Side of a cell; a window is two by two of them. */
const cell = 4
/** Levels by which a colour may be off. */
const overlooked = 20
const c1 = (0.01 * 255) ** 2
const c2 = (0.03 * 255) ** 2

/** Renders luma, or with `colour` red, green and blue. What shows through becomes middle grey: neither black nor white text vanishes. */
export async function toRaster(image: Sharp, colour: boolean, transparent: boolean): Promise<Raster> {
  const solid = transparent ? image.flatten({ background: '#808080' }) : image
  const { data, info } = await solid
    .toColourspace(colour ? 'srgb' : 'b-w')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  if (info.channels !== (colour ? 3 : 1)) throw new Error(`a raster of ${info.channels} bands`)
  return { data, width: info.width, height: info.height, bands: colour ? 3 : 1 }
}

/** Mean SSIM, 1 for the same picture; of several bands the worst one's. 0 when the sides differ. */
export function similarity(one: Raster, other: Raster): number {
  if (one.width !== other.width || one.height !== other.height || one.bands !== other.bands) return 0
  let worst = 1
  for (let band = 0; band < one.bands; band++) worst = Math.min(worst, similarityOfBand(one, other, band))
  return worst
}

/**
 * Share of cells whose colour is another one, by more than can be overlooked: what SSIM, which looks at structure, forgives
 * in small coloured things. Means of cells, so that the dots of a dithered palette do not count.
 */
export function strayed(one: Raster, other: Raster): number {
  if (one.width !== other.width || one.height !== other.height || one.bands !== other.bands) return 1
  const columns = Math.floor(one.width / cell)
  const rows = Math.floor(one.height / cell)
  const off = new Uint8Array(columns * rows)
  const sums = new Float64Array(columns * 4)
  for (let band = 0; band < one.bands; band++) {
    for (let y = 0; y < rows; y++) {
      sumCells(one, other, band, y * cell, sums)
      for (let x = 0; x < columns; x++) {
        if (Math.abs((sums[x * 4] ?? 0) - (sums[x * 4 + 1] ?? 0)) > overlooked * cell * cell) off[y * columns + x] = 1
      }
    }
  }
  return off.length === 0 ? 0 : off.reduce((sum, each) => sum + each, 0) / off.length
}

/** What a window is judged by: sums of the samples, of their squares and of their products. */
type Sums = readonly [one: number, other: number, squares: number, products: number]

function similarityOfBand(one: Raster, other: Raster, band: number): number {
  const columns = Math.floor(one.width / cell)
  const rows = Math.floor(one.height / cell)
  if (columns < 2 || rows < 2) return ofWindow(sumsOf(one, other, band), one.width * one.height)
  let total = 0
  let above = new Float64Array(columns * 4)
  let row = new Float64Array(columns * 4)
  for (let y = 0; y < rows; y++) {
    sumCells(one, other, band, y * cell, row)
    for (let at = 4; y > 0 && at < row.length; at += 4) total += ofCells(above, row, at)
    ;[above, row] = [row, above]
  }
  return total / ((columns - 1) * (rows - 1))
}

/** The sums of one row of cells, four numbers each. */
function sumCells(
  { data, width, bands }: Raster,
  { data: other }: Raster,
  band: number,
  y: number,
  sums: Float64Array,
) {
  for (let at = 0, x = 0; at < sums.length; at += 4, x += cell) {
    let a = 0
    let b = 0
    let squares = 0
    let products = 0
    for (let line = 0; line < cell; line++) {
      let from = ((y + line) * width + x) * bands + band
      for (let column = 0; column < cell; column++, from += bands) {
        const p = data[from] ?? 0
        const q = other[from] ?? 0
        a += p
        b += q
        squares += p * p + q * q
        products += p * q
      }
    }
    sums[at] = a
    sums[at + 1] = b
    sums[at + 2] = squares
    sums[at + 3] = products
  }
}

/** The window whose right half starts at `at`, of two rows of cells. */
function ofCells(above: Float64Array, below: Float64Array, at: number): number {
  const sum = (part: number) =>
    (above[at - 4 + part] ?? 0) + (above[at + part] ?? 0) + (below[at - 4 + part] ?? 0) + (below[at + part] ?? 0)
  return ofWindow([sum(0), sum(1), sum(2), sum(3)], 4 * cell * cell)
}

/** A picture smaller than a window is one window. */
function sumsOf(one: Raster, other: Raster, band: number): Sums {
  let [a, b, squares, products] = [0, 0, 0, 0]
  for (let at = band; at < one.data.length; at += one.bands) {
    const p = one.data[at] ?? 0
    const q = other.data[at] ?? 0
    a += p
    b += q
    squares += p * p + q * q
    products += p * q
  }
  return [a, b, squares, products]
}

function ofWindow([one, other, squares, products]: Sums, samples: number): number {
  const mean1 = one / samples
  const mean2 = other / samples
  const means = mean1 * mean1 + mean2 * mean2
  const variances = squares / samples - means
  const covariance = products / samples - mean1 * mean2
  return ((2 * mean1 * mean2 + c1) * (2 * covariance + c2)) / ((means + c1) * (variances + c2))
}
