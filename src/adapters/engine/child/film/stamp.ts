/** What is drawn on frames: the date, and a watermark that was drawn once for all of them. */
import type { StampPlace } from '../../../../core/processing/film.ts'
import { drawMarkup, escapeMarkup, printable } from '../markup.ts'
import type { Pixels } from '../pixels.ts'
import type { Rgb } from './rgb.ts'

/** Share of the frame's height; and the least that can be read. */
const letters = 1 / 24
const least = 11
/** Black behind the letters, so that they are read on snow as at night. */
const shade = 0.5

export interface Stamp {
  ink: Pixels
  /** Sides of the shade, with room around the letters. */
  width: number
  height: number
  place: StampPlace
}

export async function drawStamp(label: string, frame: { width: number; height: number }, place: StampPlace) {
  const size = Math.max(least, frame.height * letters)
  const font = { family: 'Arimo', bold: true, italic: false, size }
  const text = `<span foreground="#ffffff">${escapeMarkup(printable(label))}</span>`
  const ink = await drawMarkup(text, font, { align: 'left' })
  if (ink === undefined) return undefined
  const room = Math.round(size * 0.45)
  return { ink, width: ink.width + 2 * room, height: ink.height + 2 * room, place } satisfies Stamp
}

/** In place. */
export function layStamp(frame: Rgb, { ink, width, height, place }: Stamp): void {
  const edge = Math.round(frame.height * letters * 0.6)
  const left = place === 'bottom_left' ? edge : Math.max(0, frame.width - edge - width)
  const top = Math.max(0, frame.height - edge - height)
  const [right, bottom] = [Math.min(frame.width, left + width), Math.min(frame.height, top + height)]
  for (let y = top; y < bottom; y++) {
    for (let at = (y * frame.width + left) * 3; at < (y * frame.width + right) * 3; at++) {
      frame.data[at] = (frame.data[at] ?? 0) * (1 - shade)
    }
  }
  layOver(frame, ink, left + Math.round((width - ink.width) / 2), top + Math.round((height - ink.height) / 2))
}

/** In place; what lies outside of the frame is cut off. */
export function layOver(frame: Rgb, over: Pixels, left = 0, top = 0): void {
  const [from, to] = [Math.max(0, -top), Math.min(over.height, frame.height - top)]
  const [start, end] = [Math.max(0, -left), Math.min(over.width, frame.width - left)]
  for (let y = from; y < to; y++) {
    for (let x = start; x < end; x++) {
      const pixel = (y * over.width + x) * 4
      const alpha = over.data[pixel + 3] ?? 0
      if (alpha === 0) continue
      const at = ((top + y) * frame.width + left + x) * 3
      for (let band = 0; band < 3; band++) {
        const below = frame.data[at + band] ?? 0
        frame.data[at + band] = below + (((over.data[pixel + band] ?? 0) - below) * alpha) / 255
      }
    }
  }
}
