/** The colours that a picture is made of, as an eye groups them: median cut, then k-means, in the Oklab space. */
import type { DominantColor } from '../../../../core/processing/description.ts'
import type { Averages } from './raster.ts'

const most = 5
/** Rounds of k-means; the groups hardly move after a few. */
const rounds = 6
/** Colours nearer than this in Oklab are one. */
const sameColor = 0.06
/** Of the opaque part; smaller groups are specks. */
const smallestShare = 0.01
/** Alpha from which a place counts as part of the picture, 0..255. */
const opaque = 128

type Lab = readonly [lightness: number, a: number, b: number]

interface Group {
  color: Lab
  count: number
}

export interface Colors {
  dominantColors: DominantColor[]
  averageColor: string | null
}

export function colorsOf(averages: Averages): Colors {
  const places: Lab[] = []
  const sum = [0, 0, 0]
  for (let at = 0; at < averages.data.length; at += 4) {
    const alpha = averages.data[at + 3] ?? 0
    if (alpha < opaque) continue
    const rgb = [0, 1, 2].map((channel) => toLinear(((averages.data[at + channel] ?? 0) * 255) / alpha / 255))
    for (const [channel, value] of rgb.entries()) sum[channel] = (sum[channel] ?? 0) + value
    places.push(toLab(rgb))
  }
  if (places.length === 0) return { dominantColors: [], averageColor: null }
  return { dominantColors: dominant(places), averageColor: toHex(sum.map((value) => value / places.length)) }
}

function dominant(places: readonly Lab[]): DominantColor[] {
  let centres = medianCut(places, most + 3).map(meanOf)
  let groups: Group[] = []
  for (let round = 0; round < rounds; round++) {
    groups = assign(places, centres)
    centres = groups.map(({ color }) => color)
  }
  return merge(groups)
    .filter(({ count }) => count >= places.length * smallestShare)
    .slice(0, most)
    .map(({ color, count }) => ({
      hex: toHex(fromLab(color)),
      share: Math.round((count / places.length) * 1000) / 1000,
    }))
}

/** Halves the most extended group along its longest side, until there are `wanted`. */
function medianCut(places: readonly Lab[], wanted: number): (readonly Lab[])[] {
  const groups: (readonly Lab[])[] = [places]
  while (groups.length < wanted) {
    const extents = groups.map(extentOf)
    const largest = extents.reduce(
      (best, extent, index) => (extent.length > (extents[best]?.length ?? 0) ? index : best),
      0,
    )
    const { axis = 0, length = 0 } = extents[largest] ?? {}
    const group = groups[largest]
    if (group === undefined || length < sameColor) break
    const sorted = [...group].sort((one, other) => one[axis] - other[axis])
    groups.splice(largest, 1, sorted.slice(0, sorted.length >> 1), sorted.slice(sorted.length >> 1))
  }
  return groups
}

/** The axis in which a group is longest, and how long. */
function extentOf(group: readonly Lab[]): { axis: 0 | 1 | 2; length: number } {
  const lengths = ([0, 1, 2] as const).map((axis) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const place of group) {
      low = Math.min(low, place[axis])
      high = Math.max(high, place[axis])
    }
    return { axis, length: high - low }
  })
  return lengths.reduce((best, next) => (next.length > best.length ? next : best))
}

function meanOf(group: readonly Lab[]): Lab {
  const sum = [0, 0, 0]
  for (const [lightness, a, b] of group) {
    sum[0] = (sum[0] ?? 0) + lightness
    sum[1] = (sum[1] ?? 0) + a
    sum[2] = (sum[2] ?? 0) + b
  }
  const mean = (axis: number) => (sum[axis] ?? 0) / Math.max(1, group.length)
  return [mean(0), mean(1), mean(2)]
}

/** Every place to its nearest centre. Centres without a place vanish. */
function assign(places: readonly Lab[], centres: readonly Lab[]): Group[] {
  const sums = new Float64Array(centres.length * 4)
  for (const [lightness, a, b] of places) {
    let [nearest, least] = [0, Number.POSITIVE_INFINITY]
    for (let index = 0; index < centres.length; index++) {
      const centre = centres[index]
      if (centre === undefined) continue
      const off = (centre[0] - lightness) ** 2 + (centre[1] - a) ** 2 + (centre[2] - b) ** 2
      if (off < least) [nearest, least] = [index, off]
    }
    const at = nearest * 4
    sums[at] = (sums[at] ?? 0) + lightness
    sums[at + 1] = (sums[at + 1] ?? 0) + a
    sums[at + 2] = (sums[at + 2] ?? 0) + b
    sums[at + 3] = (sums[at + 3] ?? 0) + 1
  }
  return centres.flatMap((_, index) => {
    const [lightness = 0, a = 0, b = 0, count = 0] = sums.subarray(index * 4, index * 4 + 4)
    return count === 0 ? [] : [{ color: [lightness / count, a / count, b / count] as const, count }]
  })
}

/** The largest first, with those that look the same joined. */
function merge(groups: readonly Group[]): Group[] {
  const merged: Group[] = []
  for (const group of [...groups].sort((one, other) => other.count - one.count)) {
    const same = merged.findIndex(({ color }) => distance(color, group.color) < sameColor)
    const into = merged[same]
    if (into === undefined) {
      merged.push(group)
      continue
    }
    const count = into.count + group.count
    const mean = (axis: 0 | 1 | 2) => (into.color[axis] * into.count + group.color[axis] * group.count) / count
    merged[same] = { color: [mean(0), mean(1), mean(2)], count }
  }
  return merged.sort((one, other) => other.count - one.count)
}

const distance = (one: Lab, other: Lab) => Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2])

/** sRGB 0..1 to light. */
const toLinear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
const fromLinear = (light: number) => (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055)

function toLab([red = 0, green = 0, blue = 0]: readonly number[]): Lab {
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
  const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
  return [
    0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short,
  ]
}

function fromLab([lightness, a, b]: Lab): number[] {
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ]
}

function toHex(light: readonly number[]): string {
  const byte = (value: number) => Math.round(Math.min(1, Math.max(0, fromLinear(Math.max(0, value)))) * 255)
  return `#${light.map((value) => byte(value).toString(16).padStart(2, '0')).join('')}`
}
