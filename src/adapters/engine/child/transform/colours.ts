/** Colours and transparency of what is delivered: 8-bit sRGB, unless the profile is kept. */
import type { Sharp } from 'sharp'
import type { Header } from '../picture.ts'
import type { Pixels } from '../pixels.ts'

/** libvips works on 16-bit pictures with a profile in P3; they leave in sRGB like all others. */
export function inSrgb(image: Sharp, header: Header | undefined): Sharp {
  return header?.deep === true && header.profile ? image.withIccProfile('srgb', { attach: false }) : image
}

/** Whether anything is not opaque. */
export function seesThrough({ data }: Pixels): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true
  return false
}
