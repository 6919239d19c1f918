/**
 * Values that several dialects write alike. Each returns an item of our language, or undefined for what it does not
 * know: nothing of a foreign URL gets into a transformation unread.
 */
import { colorNames } from '../../transformations/language/color-names.ts'

/** A foreign value → an item of our language, such as "w-200". */
export type Read = (value: string) => string | undefined

/** By name; undefined and "" : nothing to say. */
export const oneOf =
  (items: Readonly<Record<string, string>>): Read =>
  (value) =>
    (Object.hasOwn(items, value) && items[value]) || undefined

export const number =
  (key: string, min: number, max: number): Read =>
  (value) => {
    const amount = plainNumber(value)
    return amount !== undefined && amount >= min && amount <= max ? `${key}-${decimals(amount)}` : undefined
  }

export const whole =
  (key: string, min: number, max: number): Read =>
  (value) =>
    /^\d+$/.test(value) ? number(key, min, max)(value) : undefined

/** Whole pixels, or a share of the input below 1. */
export const side =
  (key: string): Read =>
  (value) => {
    const amount = plainNumber(value)
    if (amount === undefined || amount <= 0) return undefined
    return `${key}-${amount < 1 ? decimals(amount) : Math.max(1, Math.round(amount))}`
  }

export const degrees: Read = (value) => {
  const amount = plainNumber(value)
  if (amount === undefined) return undefined
  const turn = decimals(Math.abs(amount % 360))
  return amount < 0 ? `rt-N${turn}` : `rt-${turn}`
}

/** "16:9", "16,9" or a number. */
export const ratio: Read = (value) => {
  const [width, height = '1'] = value.split(/[:,]/)
  const [left, right] = [plainNumber(width ?? ''), plainNumber(height)]
  return left && right && left > 0 && right > 0 ? `ar-${decimals(left)}-${decimals(right)}` : undefined
}

/** From 1 to 2000 there, from 1 to 100 here. */
export const blur: Read = (value) => {
  const amount = plainNumber(value)
  return amount !== undefined && amount > 0 ? `bl-${Math.min(100, Math.max(1, Math.round(amount / 20)))}` : undefined
}

/** Six digits, three digits or a name. */
export function color(text: string): string | undefined {
  const hex = /^(?:rgb:|#)?([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(text)?.[1]
  if (hex !== undefined) return (hex.length === 3 ? hex.replace(/./g, '$&$&') : hex).toUpperCase()
  return colorNames.has(text.toLowerCase()) ? text.toLowerCase() : undefined
}

/** Items as one step; undefined: nothing of it was known. */
export function step(items: readonly (string | undefined)[]): string[] {
  const known = [...new Set(items.filter((item) => item !== undefined && item !== ''))]
  return known.length === 0 ? [] : [known.join(',')]
}

export function plainNumber(text: string): number | undefined {
  return /^-?(\d{1,6}(\.\d{0,6})?|\.\d{1,6})$/.test(text) ? Number(text) : undefined
}

/** Up to three, without an exponent. */
export const decimals = (amount: number) => String(Math.round(amount * 1000) / 1000)
