/** Reads effects with values of several parts (image-urls.md section 4). */
import type { Color, Distort, Gradient, Shadow, Step } from '../../processing/transformation.ts'
import { color } from './colors.ts'
import { type Known, length } from './expressions.ts'
import { decimal, integer } from './values.ts'

/** `bl-15_st-40` as [['bl', '15'], ['st', '40']]; a name at most once. `_` in values stays where no name follows. */
function members(text: string, names: readonly string[]): Map<string, string> | undefined {
  const found = new Map<string, string>()
  let last: string | undefined
  for (const part of text.split('_')) {
    const dash = part.indexOf('-')
    const name = part.slice(0, Math.max(0, dash))
    if (names.includes(name)) {
      if (found.has(name)) return undefined
      last = name
      found.set(name, part.slice(dash + 1))
    } else if (last === undefined) return undefined
    else found.set(last, `${found.get(last)}_${part}`)
  }
  return found
}

const usualShadow: Shadow = { blur: 10, saturation: 30, x: 2, y: 2 }

/** "flag or `_`-joined of bl-0..15 (10), st-0..100 (30), x-<-100..100 %> (2), y-... (2)" */
export function shadow(text: string | undefined): Shadow | undefined {
  if (text === undefined) return usualShadow
  const given = members(text, ['bl', 'st', 'x', 'y'])
  if (given === undefined) return undefined
  const read = (name: string, usual: number, min: number, max: number) => {
    const value = given.get(name)
    return value === undefined ? usual : integer(value, { min, max })
  }
  const blur = read('bl', usualShadow.blur, 0, 15)
  const saturation = read('st', usualShadow.saturation, 0, 100)
  const [x, y] = [read('x', usualShadow.x, -100, 100), read('y', usualShadow.y, -100, 100)]
  if (blur === undefined || saturation === undefined || x === undefined || y === undefined) return undefined
  return { blur, saturation, x, y }
}

const directions: ReadonlyMap<string, number> = new Map([
  ['top', 0],
  ['top_right', 45],
  ['right', 90],
  ['bottom_right', 135],
  ['bottom', 180],
  ['bottom_left', 225],
  ['left', 270],
  ['top_left', 315],
])

const white: Color = { red: 255, green: 255, blue: 255, alpha: 1 }
const clear: Color = { red: 0, green: 0, blue: 0, alpha: 0 }
const usualGradient: Gradient = { direction: 180, from: white, to: clear, stop: 1 }

/** "flag or `_`-joined of ld, from (FFFFFF), to (00000000), sp (1)"; ld: 0 = top, 90 = right, 180 = bottom (the usual one) */
export function gradient(text: string | undefined, known: Known): Gradient | undefined {
  if (text === undefined) return usualGradient
  const given = members(text, ['ld', 'from', 'to', 'sp'])
  if (given === undefined) return undefined
  const [ld, from, to, sp] = ['ld', 'from', 'to', 'sp'].map((name) => given.get(name))
  const direction =
    ld === undefined ? usualGradient.direction : (directions.get(ld) ?? integer(ld, { min: 0, max: 359 }))
  const first = from === undefined ? white : color(from)
  const second = to === undefined ? clear : color(to)
  const stop = sp === undefined ? usualGradient.stop : length(sp, known)
  if (direction === undefined || first === undefined || second === undefined || stop === undefined) return undefined
  return { direction, from: first, to: second, stop }
}

const usualUnsharp = { radius: 2, sigma: 2, amount: 0.8, threshold: 0.024 }

/** "e-usm-<radius>-<sigma>-<amount>-<threshold>, positive floats; flag alone = defaults" */
export function unsharp(text: string | undefined): Step['unsharp'] {
  if (text === undefined) return usualUnsharp
  const [radius, sigma, amount, threshold, ...more] = text
    .split('-')
    .map((part) => decimal(part, { min: 0, max: 1000 }))
  if (more.length > 0 || !radius || !sigma || !amount || threshold === undefined) return undefined
  return { radius, sigma, amount, threshold }
}

const usualTolerance = 35

/** "<to>[_<tolerance 0..100>[_<from>]]; without from the dominant colour" */
export function replaceColor(text: string): Step['replaceColor'] {
  const [first = '', second, third, ...more] = text.split('_')
  const to = color(first)
  const tolerance = second === undefined ? usualTolerance : integer(second, { min: 0, max: 100 })
  const from = third === undefined ? undefined : color(third)
  if (more.length > 0 || to === undefined || tolerance === undefined) return undefined
  if (third === undefined) return { to, tolerance }
  return from && { to, tolerance, from }
}

const grey: Color = { red: 128, green: 128, blue: 128, alpha: 1 }

/** "flag or co-<colour> (grey), in-<0..100> (100), `_`-joined" */
export function colorize(text: string | undefined): Step['colorize'] {
  const given = text === undefined ? new Map<string, string>() : members(text, ['co', 'in'])
  if (given === undefined) return undefined
  const [co, strength] = [given.get('co'), given.get('in')]
  const painted = co === undefined ? grey : color(co)
  const intensity = strength === undefined ? 100 : integer(strength, { min: 0, max: 100 })
  return painted && intensity !== undefined ? { color: painted, intensity } : undefined
}

/** "p-x1_y1_..._x4_y4 (corners clockwise from top-left) or a-<deg> (N = downwards)" */
export function distort(text: string | undefined): Distort | undefined {
  if (text?.startsWith('a-')) {
    const degrees = decimal(text.slice(2), { min: -360, max: 360 })
    return degrees ? { type: 'arc', degrees } : undefined
  }
  if (!text?.startsWith('p-')) return undefined
  const numbers = text
    .slice(2)
    .split('_')
    .flatMap((part) => decimal(part, { min: -65_535, max: 65_535 }) ?? [])
  const [x1, y1, x2, y2, x3, y3, x4, y4] = numbers
  if (text.split('_').length !== 8 || numbers.length !== 8) return undefined
  const corners = [
    [x1, y1],
    [x2, y2],
    [x3, y3],
    [x4, y4],
  ].map(([x = 0, y = 0]) => [x, y] as const)
  return { type: 'perspective', corners }
}
