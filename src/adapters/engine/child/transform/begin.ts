/**
 * The sizes a transformation begins with, as part of the decoding, so that JPEG and WebP shrink while loading. What this
 * step does not take stays in `rest`, for transform.ts.
 */
import type { Context, Picture } from '../picture.ts'

export function begin(picture: Picture, { order }: Pick<Context, 'order'>): Picture {
  return { ...picture, rest: order.operations.transform?.parts ?? [] }
}
