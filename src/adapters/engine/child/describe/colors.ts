/** The colours that a picture is made of, as an eye groups them: median cut, then k-means, in the Oklab space. */
import type { DominantColor } from '../../../../core/processing/description.ts'
import type { Averages } from './raster.ts'

const most = 5
/** Rounds of k-means; the groups hardly move after a few. */
const rounds = 4
/** Colours nearer than this in Oklab are one. */
const sameColor = 0.06
/** Of the opaque part; smaller groups are specks. */
const smallestShare = 0.01
/** Alpha from which a place counts as part of the picture, 0..255. */
const opaque = 128
/** Colours that agree in all but these lowest bits of each channel are one cell. */
const cellBits = 4

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
  const cells = cellsOf(averages)
  const count = cells.reduce((sum, cell) => sum + cell.count, 0)
  if (count === 0) return { dominantColors: [], averageColor: null }
  const mean = (channel: 0 | 1 | 2) => cells.reduce((sum, { light }) => sum + light[channel], 0) / count
  return { dominantColors: dominant(cells, count), averageColor: toHex([mean(0), mean(1), mean(2)]) }
}

/** All places of nearly one colour: grouping a few hundred of them is as good as grouping thousands of places. */
interface Cell extends Group {
  /** Sum of the light of its places. */
  light: [red: number, green: number, blue: number]
}

function cellsOf({ data }: Averages): Cell[] {
  const cells = new Map<number, Cell>()
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] ?? 0
    if (alpha < opaque) continue
    const level = (channel: number) => Math.min(255, Math.round(((data[at + channel] ?? 0) * 255) / alpha))
    const [red, green, blue] = [level(0), level(1), level(2)]
    const key = ((red >> cellBits) << 16) | ((green >> cellBits) << 8) | (blue >> cellBits)
    let cell = cells.get(key)
    if (cell === undefined) {
      cell = { color: [0, 0, 0], count: 0, light: [0, 0, 0] }
      cells.set(key, cell)
    }
    cell.count += 1
    cell.light[0] += linear[red] ?? 0
    cell.light[1] += linear[green] ?? 0
    cell.light[2] += linear[blue] ?? 0
  }
  for (const cell of cells.values()) {
    const { light, count } = cell
    cell.color = toLab(light[0] / count, light[1] / count, light[2] / count)
  }
  return [...cells.values()]
}

function dominant(cells: readonly Group[], count: number): DominantColor[] {
  let groups = medianCut(cells, most + 3).map(meanOf)
  for (let round = 0; round < rounds; round++) groups = regroup(cells, groups)
  return merge(groups)
    .filter((group) => group.count >= count * smallestShare)
    .slice(0, most)
    .map((group) => ({ hex: toHex(fromLab(group.color)), share: Math.round((group.count / count) * 1000) / 1000 }))
}

/** Cuts the most extended group in the middle of its longest side, until there are `wanted`. */
function medianCut(cells: readonly Group[], wanted: number): (readonly Group[])[] {
  const groups = [{ members: cells, ...extentOf(cells) }]
  while (groups.length < wanted) {
    const longest = groups.reduce((best, group) => (group.length > best.length ? group : best))
    if (longest.length < sameColor) break
    const { axis, middle, members } = longest
    const halves = [
      members.filter(({ color }) => color[axis] < middle),
      members.filter(({ color }) => color[axis] >= middle),
    ]
    groups.splice(groups.indexOf(longest), 1, ...halves.map((half) => ({ members: half, ...extentOf(half) })))
  }
  return groups.map(({ members }) => members)
}

/** The axis in which a group is longest, how long it is there, and its middle. */
function extentOf(group: readonly Group[]): { axis: 0 | 1 | 2; length: number; middle: number } {
  const extents = ([0, 1, 2] as const).map((axis) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const { color } of group) {
      low = Math.min(low, color[axis])
      high = Math.max(high, color[axis])
    }
    return { axis, length: high - low, middle: (low + high) / 2 }
  })
  return extents.reduce((best, next) => (next.length > best.length ? next : best))
}

function meanOf(members: readonly Group[]): Group {
  const sum = { lightness: 0, a: 0, b: 0, count: 0 }
  for (const { color, count } of members) {
    sum.lightness += color[0] * count
    sum.a += color[1] * count
    sum.b += color[2] * count
    sum.count += count
  }
  const { lightness, a, b, count } = sum
  return { color: [lightness / count, a / count, b / count], count }
}

/** One round of k-means: every cell to its nearest group, every group to the mean of its cells. Empty ones vanish. */
function regroup(cells: readonly Group[], groups: readonly Group[]): Group[] {
  const members: Group[][] = groups.map(() => [])
  for (const cell of cells) {
    let [nearest, least] = [0, Number.POSITIVE_INFINITY]
    for (let index = 0; index < groups.length; index++) {
      const color = groups[index]?.color
      if (color === undefined) continue
      const off = (color[0] - cell.color[0]) ** 2 + (color[1] - cell.color[1]) ** 2 + (color[2] - cell.color[2]) ** 2
      if (off < least) [nearest, least] = [index, off]
    }
    members[nearest]?.push(cell)
  }
  return members.filter((group) => group.length > 0).map(meanOf)
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
    merged[same] = meanOf([into, group])
  }
  return merged.sort((one, other) => other.count - one.count)
}

const distance = (one: Lab, other: Lab) => Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2])

/** Light of each sRGB level. */
const linear = Float64Array.from({ length: 256 }, (_, level) => {
  const value = level / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
})
const fromLinear = (light: number) => (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055)

function toLab(red: number, green: number, blue: number): Lab {
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
