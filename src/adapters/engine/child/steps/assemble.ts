/** Makes one gif of several sources: the first sets the canvas, the others are fitted inside and centred. */
import type { Sharp } from 'sharp'
import { decodeFailure } from '../failures.ts'
import { checkSize } from '../limits.ts'
import type { Context, Picture } from '../picture.ts'
import { type Pixels, toPixels } from '../pixels.ts'
import { ofSource } from '../sources.ts'
import { openSource } from './load.ts'
import { stackFrames } from './turn.ts'

export async function assemble(picture: Picture, context: Context): Promise<Picture> {
  const { output, operations } = context.order
  if (output.animation === undefined) return picture
  const { width, height } = picture
  const frames = context.sources.length
  checkSize('The animation', { width, height, frames }, context.limits)
  const first = (await decode(0, picture.image)).data
  // After an opaque frame some decoders show a palette colour where the next one is transparent; so there it is white.
  const background = { r: 255, g: 255, b: 255, alpha: isOpaque(first) ? 1 : 0 }
  const pixels = [first]
  for (const [index, header] of context.sources.entries()) {
    if (index === 0) continue
    const upright = openSource(header, context, false)
      .autoOrient()
      .rotate(output.animation.turns?.[index] ?? operations.rotate ?? 0)
    const fitted = upright.resize(width, height, { fit: 'contain', background })
    const frame = background.alpha === 1 ? fitted.flatten({ background }) : fitted
    pixels.push((await decode(index, frame)).data)
  }
  return {
    ...picture,
    image: frames === 1 ? picture.image : stackFrames(pixels, picture),
    frames,
    delay: pixels.map(() => output.animation?.delayMs ?? 0),
    loop: output.animation.loop,
    alpha: true,
    edited: true,
    drawn: true,
  }
}

function decode(index: number, image: Sharp): Promise<Pixels> {
  return ofSource(index, () =>
    toPixels(image).catch((error: unknown) => {
      throw decodeFailure(error)
    }),
  )
}

function isOpaque(data: Buffer): boolean {
  for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) < 255) return false
  return true
}
