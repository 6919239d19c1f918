/** Puts text and image stamps on the picture, in their order; on an animation the same on every frame. */
import sharp, { type OverlayOptions } from 'sharp'
import type { Stamp } from '../../../../core/processing/operations.ts'
import type { Context, Picture } from '../picture.ts'
import { cutPixels, fade, type Pixels, rotatePixels, toPixels } from '../pixels.ts'
import { drawImage } from './image-stamp.ts'
import { stampPositions, visibleArea } from './placement.ts'
import { castShadow, outline } from './stamp-effects.ts'
import { drawText } from './text-stamp.ts'

export async function watermark(
  picture: Picture,
  context: Pick<Context, 'order' | 'sources' | 'limits' | 'tolerant'>,
): Promise<Picture> {
  const stamps = context.order.operations.watermark
  if (stamps === undefined) return picture
  const overlays: OverlayOptions[] = []
  for (const stamp of stamps) overlays.push(...(await place(stamp, picture, context)))
  const edited = { ...picture, edited: true, drawn: true }
  if (overlays.length === 0) return edited
  const layers = picture.frames === 1 ? overlays : [await everyFrame(overlays, picture)]
  return { ...edited, image: picture.image.composite(layers) }
}

/** A stamp ready to be laid on: drawn, outlined, rotated, shadowed, faded, and clipped to the picture, which composing demands. */
async function place(
  stamp: Stamp,
  picture: Picture,
  context: Pick<Context, 'sources' | 'limits' | 'tolerant'>,
): Promise<OverlayOptions[]> {
  const drawn = stamp.type === 'text' ? await drawText(stamp, picture) : await drawImage(stamp, picture, context)
  if (drawn === undefined) return []
  const outlined = stamp.border === undefined ? drawn : outline(drawn, stamp.border)
  const rotated = await rotatePixels(outlined, stamp.rotation)
  // After the rotation: the light comes from above left, however the stamp is turned.
  const shadowed = stamp.shadow === undefined ? rotated : await castShadow(rotated, stamp.shadow)
  const pixels = fade(shadowed, stamp.opacity)
  return stampPositions(stamp, pixels, picture).flatMap((at) => {
    const area = visibleArea(pixels, at, picture)
    return area === undefined ? [] : [overlay(cutPixels(pixels, area), Math.max(0, at.left), Math.max(0, at.top))]
  })
}

function overlay({ data, width, height }: Pixels, left: number, top: number): OverlayOptions {
  return { input: data, raw: { width, height, channels: 4 }, left, top }
}

/** The stamps on a transparent sheet of one frame's size, repeated down the stack of frames. */
async function everyFrame(overlays: OverlayOptions[], { width, height }: Picture): Promise<OverlayOptions> {
  const background = { r: 0, g: 0, b: 0, alpha: 0 }
  const sheet = await toPixels(sharp({ create: { width, height, channels: 4, background } }).composite(overlays))
  return { ...overlay(sheet, 0, 0), tile: true }
}
