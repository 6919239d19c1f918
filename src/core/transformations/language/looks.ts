/** Reads border, radius, background, rotation, flip and page (image-urls.md sections 3 to 5). */
import type { Background, Page, Step } from '../../processing/transformation.ts'
import { color } from './colors.ts'
import { type Known, length, maxSide } from './expressions.ts'
import { decimal, integer, isPlain, some } from './values.ts'

/** "<width>_<colour>; width may be an expression" */
export function border(text: string, known: Known): Step['border'] {
  const end = text.lastIndexOf('_')
  const painted = color(text.slice(end + 1))
  const width = end === -1 ? undefined : length(text.slice(0, end), known)
  return painted && width !== undefined ? { width, color: painted } : undefined
}

/** "integer px, max (ellipse/circle), or four values tl_tr_br_bl joined by `_`" */
export function radius(text: string): Step['radius'] {
  if (text === 'max') return 'max'
  const [first, second, third, fourth, ...more] = text.split('_').map((part) => integer(part, { min: 0, max: maxSide }))
  if (!text.includes('_')) return first
  if (more.length > 0 || first === undefined || second === undefined || third === undefined) return undefined
  return fourth === undefined ? undefined : [first, second, third, fourth]
}

/** A colour; "blurred[_<0..100|auto>[_<N255..255>]]"; dominant; "gradient_dominant[_2|_4]" */
export function background(text: string): Background | undefined {
  const painted = color(text)
  if (painted !== undefined) return { type: 'color', color: painted }
  if (text === 'dominant') return { type: 'dominant' }
  if (text === 'gradient_dominant' || text === 'gradient_dominant_2') return { type: 'gradient_dominant', colors: 2 }
  if (text === 'gradient_dominant_4') return { type: 'gradient_dominant', colors: 4 }
  const [word, first = 'auto', second = '0', ...more] = text.split('_')
  if (word !== 'blurred' || more.length > 0) return undefined
  const intensity = first === 'auto' ? first : integer(first, { min: 0, max: 100 })
  const brightness = integer(second, { min: -255, max: 255 })
  if (intensity === undefined || brightness === undefined) return undefined
  return { type: 'blurred', intensity, brightness }
}

/** "degrees clockwise, N<deg> counter-clockwise": as 0..360 clockwise. */
export function turn(text: string): number | undefined {
  return some(decimal(text, { min: -36_000, max: 36_000 }), (degrees) => ((degrees % 360) + 360) % 360)
}

export function flip(text: string): Step['flip'] {
  if (text === 'h_v' || text === 'v_h') return { horizontal: true, vertical: true }
  if (text !== 'h' && text !== 'v') return undefined
  return { horizontal: text === 'h', vertical: text === 'v' }
}

/** As many as an engine child may read. */
const pages = { min: 1, max: 100_000 }
const number = (text: string) => some(integer(text, pages), (page) => page - 1)

/** Counted from 1: "`2`; PSD also `3-4`, `4-`, `1_3_5`, `name-"a"_"b"`". The first of a PSD is all its layers together. */
export function page(text: string): Page | undefined {
  if (text.startsWith('name-')) return some(layerNames(text.slice(5)), (names) => ({ type: 'names', names }))
  const [, first = '', last = ''] = /^(\d+)-(\d*)$/.exec(text) ?? []
  if (first !== '') {
    const [from, to] = [number(first), number(last)]
    if (from === undefined) return undefined
    if (last === '') return { type: 'layers', layers: { from } }
    return to === undefined || to < from ? undefined : { type: 'layers', layers: { from, to } }
  }
  if (!text.includes('_')) return some(number(text), (index) => ({ type: 'index', index }))
  const parts = text.split('_')
  const layers = parts.flatMap((part) => number(part) ?? [])
  return layers.length === parts.length && parts.length <= 100 ? { type: 'layers', layers } : undefined
}

function layerNames(text: string): string[] | undefined {
  if (!isPlain(text) || text === '') return undefined
  if (!text.startsWith('"')) return text.includes('"') ? undefined : [text]
  if (text.length < 3 || !text.endsWith('"')) return undefined
  const names = text.slice(1, -1).split('"_"')
  return names.length > 100 || names.some((name) => name === '' || name.includes('"')) ? undefined : names
}
