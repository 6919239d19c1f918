/** Turns the pixels as EXIF orientation and rotation ask. A stack of frames is taken apart for it, frame by frame. */
import sharp, { type Sharp } from 'sharp'
import type { Picture, Turn } from '../picture.ts'

export async function turn(picture: Picture): Promise<Picture> {
  const { turn: pending, frames } = picture
  if (!pending.flop && pending.quarters === 0) return picture
  const done = { ...picture, turn: { flop: false, quarters: 0 } as const }
  if (frames === 1) return { ...done, image: turnFrame(picture.image, pending) }
  const { data, info } = await picture.image
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const frameBytes = data.length / frames
  const raw = { width: info.width, height: info.height / frames, channels: 4 as const }
  const upright: Buffer[] = []
  for (let frame = 0; frame < frames; frame++) {
    const pixels = data.subarray(frame * frameBytes, (frame + 1) * frameBytes)
    upright.push(
      await turnFrame(sharp(pixels, { raw, limitInputPixels: false }), pending)
        .raw()
        .toBuffer(),
    )
  }
  return { ...done, image: stackFrames(upright, picture), alpha: true }
}

function turnFrame(image: Sharp, { flop, quarters }: Turn): Sharp {
  const flopped = flop ? image.flop() : image
  return quarters === 0 ? flopped : flopped.rotate(quarters * 90)
}

/** Frames of raw RGBA pixels, all of one size, as one animation. */
export function stackFrames(frames: readonly Buffer[], size: { width: number; height: number }): Sharp {
  const raw = { width: size.width, height: size.height * frames.length, channels: 4 as const, pageHeight: size.height }
  return sharp(Buffer.concat(frames), { raw, limitInputPixels: false })
}
