/** What a transformation asks for beyond its first sizes, on the decoded picture; on an animation the same on every frame. */
import type { Context, Picture } from '../picture.ts'
import { fromPixels, type Pixels, toPixels } from '../pixels.ts'
import { stackFrames } from '../steps/turn.ts'
import { decideOnce, runParts } from './run-parts.ts'

export async function transform(picture: Picture, context: Context): Promise<Picture> {
  const { rest = [], frames } = picture
  if (rest.length === 0) return picture
  const stack = await toPixels(picture.image)
  const { width, height } = { width: stack.width, height: stack.height / frames }
  const done: Pixels[] = []
  const around = { context, original: { width, height }, depth: 0, alike: decideOnce() }
  for (let frame = 0; frame < frames; frame++) {
    const data = stack.data.subarray(frame * width * height * 4, (frame + 1) * width * height * 4)
    done.push(await runParts({ data, width, height }, rest, around))
  }
  const [first] = done
  if (first === undefined) throw new Error('a picture without frames')
  const size = { width: first.width, height: first.height }
  const image =
    frames === 1
      ? fromPixels(first)
      : stackFrames(
          done.map(({ data }) => data),
          size,
        )
  return { ...picture, ...size, image, alpha: true, edited: true, scaled: true, drawn: true }
}
