/** Makes one gif of several sources: the first sets the canvas, the others are fitted inside and centred. */
import { checkSize } from '../limits.ts'
import type { Context, Picture } from '../picture.ts'
import { toPixels } from '../pixels.ts'
import { openSource } from './load.ts'
import { stackFrames } from './turn.ts'

export async function assemble(picture: Picture, context: Context): Promise<Picture> {
  const { output, operations } = context.order
  if (output.animation === undefined) return picture
  const { width, height } = picture
  const frames = context.sources.length
  checkSize('The animation', { width, height, frames }, context.limits)
  const pixels = [(await toPixels(picture.image)).data]
  for (const header of context.sources.slice(1)) {
    const upright = openSource(header, context, false)
      .autoOrient()
      .rotate(operations.rotate ?? 0)
    const fitted = upright.resize(width, height, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
    pixels.push((await toPixels(fitted)).data)
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
