/** Lays overlays on pictures, in the ways of `lm` (image-urls.md section 8). All on straight RGBA; the base is changed. */
import type { LayerMode } from '../../../../../core/processing/transformation.ts'
import type { Pixels } from '../../pixels.ts'
import { visibleArea } from '../../steps/placement.ts'
import type { Place } from './place.ts'

/** What hangs over the base's edges is cut off. `shift`: pixels that `displace` moves at most. */
export function blend(
  base: Pixels,
  overlay: Pixels,
  at: Place,
  mode: LayerMode | undefined,
  shift: { x: number; y: number },
): void {
  if (mode === 'cutter') keepCovered(base, overlay, at)
  else if (mode === 'displace') displace(base, overlay, at, shift)
  else eachCovered(base, overlay, at, mode === undefined ? layOver : mode === 'multiply' ? multiply : cutOut)
}

/** Changes the base at `to` by the overlay at `from`: offsets of their pixels. */
type Mix = (base: Buffer, to: number, overlay: Buffer, from: number) => void

function eachCovered(base: Pixels, overlay: Pixels, at: Place, mix: Mix): void {
  const area = visibleArea(overlay, at, base)
  if (area === undefined) return
  for (let row = area.top; row < area.top + area.height; row++) {
    let from = (row * overlay.width + area.left) * 4
    let to = ((row + at.top) * base.width + area.left + at.left) * 4
    for (const end = from + area.width * 4; from < end; from += 4, to += 4) mix(base.data, to, overlay.data, from)
  }
}

function layOver(base: Buffer, to: number, overlay: Buffer, from: number): void {
  const upper = overlay[from + 3] ?? 0
  if (upper === 0) return
  const lower = base[to + 3] ?? 0
  if (upper === 255 || lower === 0) {
    overlay.copy(base, to, from, from + 4)
    return
  }
  const rest = (lower * (255 - upper)) / 255
  const alpha = upper + rest
  for (let band = 0; band < 3; band++) {
    base[to + band] = Math.round(((overlay[from + band] ?? 0) * upper + (base[to + band] ?? 0) * rest) / alpha)
  }
  base[to + 3] = Math.round(alpha)
}

/** Where both have colour it is the product; else what there is. */
function multiply(base: Buffer, to: number, overlay: Buffer, from: number): void {
  const upper = (overlay[from + 3] ?? 0) / 255
  const lower = (base[to + 3] ?? 0) / 255
  const alpha = upper + lower * (1 - upper)
  if (upper === 0 || alpha === 0) return
  for (let band = 0; band < 3; band++) {
    const [over, under] = [overlay[from + band] ?? 0, base[to + band] ?? 0]
    const product = (over * under) / 255
    const mixed = upper * (1 - lower) * over + upper * lower * product + (1 - upper) * lower * under
    base[to + band] = Math.round(mixed / alpha)
  }
  base[to + 3] = Math.round(alpha * 255)
}

function cutOut(base: Buffer, to: number, overlay: Buffer, from: number): void {
  base[to + 3] = Math.round(((base[to + 3] ?? 0) * (255 - (overlay[from + 3] ?? 0))) / 255)
}

/** Only what the overlay covers stays. */
function keepCovered(base: Pixels, overlay: Pixels, at: Place): void {
  for (let y = 0; y < base.height; y++) {
    const row = y - at.top
    const inside = row >= 0 && row < overlay.height
    for (let x = 0; x < base.width; x++) {
      const column = x - at.left
      const covered = inside && column >= 0 && column < overlay.width
      const cover = covered ? (overlay.data[(row * overlay.width + column) * 4 + 3] ?? 0) : 0
      const alpha = (y * base.width + x) * 4 + 3
      base.data[alpha] = Math.round(((base.data[alpha] ?? 0) * cover) / 255)
    }
  }
}

/** Every covered pixel is fetched from so far beside it as the overlay's red (right) and green (down) say; grey: 0. */
function displace(base: Pixels, overlay: Pixels, at: Place, shift: { x: number; y: number }): void {
  const source: Pixels = { ...base, data: Buffer.from(base.data) }
  eachCovered(base, overlay, at, (target, to, map, from) => {
    const strength = (map[from + 3] ?? 0) / 255
    const pixel = to / 4
    const x = (pixel % base.width) + shift.x * strength * share(map[from] ?? 0)
    const y = Math.floor(pixel / base.width) + shift.y * strength * share(map[from + 1] ?? 0)
    fetchPixel(source, x, y, target, to)
  })
}

/** -1 at 0, 1 at 255, nothing at both greys of the middle. */
function share(value: number): number {
  return value === 127 || value === 128 ? 0 : value / 127.5 - 1
}

/** The pixel at a place between pixels, by its four neighbours; outside, the edge goes on. */
function fetchPixel({ data, width, height }: Pixels, x: number, y: number, target: Buffer, to: number): void {
  const column = Math.min(Math.max(x, 0), width - 1)
  const row = Math.min(Math.max(y, 0), height - 1)
  const [left, top] = [Math.floor(column), Math.floor(row)]
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)]
  const [across, down] = [column - left, row - top]
  const sums = [0, 0, 0]
  let alpha = 0
  const add = (px: number, py: number, weight: number) => {
    const from = (py * width + px) * 4
    const part = weight * (data[from + 3] ?? 0)
    alpha += part
    for (let band = 0; band < 3; band++) sums[band] = (sums[band] ?? 0) + part * (data[from + band] ?? 0)
  }
  add(left, top, (1 - across) * (1 - down))
  add(right, top, across * (1 - down))
  add(left, bottom, (1 - across) * down)
  add(right, bottom, across * down)
  for (let band = 0; band < 3; band++) target[to + band] = alpha === 0 ? 0 : Math.round((sums[band] ?? 0) / alpha)
  target[to + 3] = Math.round(alpha)
}
