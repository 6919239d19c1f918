/** What a transformation asks for beyond its first sizes, on the decoded picture; on an animation the same on every frame. */
import { checkSize } from '../limits.ts'
import type { Context, Picture } from '../picture.ts'
import { fromPixels, type Pixels, toPixels } from '../pixels.ts'
import { stackFrames } from '../steps/turn.ts'
import { inSrgb, seesThrough } from './colours.ts'
import { createShared } from './layers/shared.ts'
import { type Around, decideOnce, runParts } from './run-parts.ts'

export async function transform(picture: Picture, context: Context): Promise<Picture> {
  const { rest = [], entered, frames, original = picture } = picture
  if (rest.length === 0) return picture
  let asked = picture.asked
  const shared = createShared()
  const around: Around = {
    context,
    original,
    coordinates: context.order.operations.transform?.coordinates,
    found: context.order.operations.transform?.found,
    depth: 0,
    alike: decideOnce(),
    shared,
    wish: (output) => {
      asked = { ...asked, ...output }
    },
  }
  const done: Pixels[] = []
  try {
    for (const frame of await framesOf(picture, context)) done.push(await runParts(frame, rest, around, entered))
  } finally {
    await shared.close()
  }
  const [first] = done
  if (first === undefined) throw new Error('a picture without frames')
  const { width, height } = first
  checkSize('The result', { width, height, frames }, context.limits)
  const alpha = done.some(seesThrough)
  const stacked =
    frames === 1
      ? fromPixels(first)
      : stackFrames(
          done.map(({ data }) => data),
          first,
        )
  return {
    ...picture,
    width,
    height,
    image: alpha ? stacked : stacked.removeAlpha(),
    alpha,
    asked: asked ?? {},
    rest: [],
    edited: true,
    scaled: true,
    drawn: true,
  }
}

async function framesOf(picture: Picture, { sources }: Pick<Context, 'sources'>): Promise<Pixels[]> {
  const { data, width, height: stacked } = await toPixels(inSrgb(picture.image, sources[0]))
  const height = stacked / picture.frames
  const bytes = width * height * 4
  return Array.from({ length: picture.frames }, (_, frame) => ({
    data: data.subarray(frame * bytes, (frame + 1) * bytes),
    width,
    height,
  }))
}
