/** Turns the pixels as EXIF orientation and rotation ask. A stack of frames is taken apart for it, frame by frame. */
import sharp, { type Sharp } from 'sharp'
import type { Picture, Turn } from '../picture.ts'
import { fromPixels, toPixels } from '../pixels.ts'

export async function turn(picture: Picture): Promise<Picture> {
  const { turn: pending, frames } = picture
  if (!pending.flop && pending.quarters === 0) return picture
  const done = { ...picture, turn: { flop: false, quarters: 0 } as const }
  if (frames === 1) return { ...done, image: turnFrame(picture.image, pending) }
  const stack = await toPixels(picture.image)
  const { width } = stack
  const height = stack.height / frames
  const upright: Buffer[] = []
  for (let frame = 0; frame < frames; frame++) {
    const data = stack.data.subarray(frame * width * height * 4, (frame + 1) * width * height * 4)
    upright.push((await toPixels(turnFrame(fromPixels({ data, width, height }), pending))).data)
  }
  return { ...done, image: stackFrames(upright, picture), alpha: true }
}

/** One frame, flipped and turned. */
export function turnFrame(image: Sharp, { flop, quarters }: Turn): Sharp {
  const flopped = flop ? image.flop() : image
  return quarters === 0 ? flopped : flopped.rotate(quarters * 90)
}

/** Frames of straight RGBA pixels, all of one size, as one animation. */
export function stackFrames(frames: readonly Buffer[], size: { width: number; height: number }): Sharp {
  const raw = { width: size.width, height: size.height * frames.length, channels: 4 as const, pageHeight: size.height }
  return sharp(Buffer.concat(frames), { raw, limitInputPixels: false })
}
