/**
 * A transformation on one picture in memory: the parts one after the other, in each step the work in the order of the
 * contract (image-urls.md section 2), one file per kind of work.
 */
import { branchOf, type Surroundings } from '../../../../core/processing/follow.ts'
import type { Area, Size } from '../../../../core/processing/geometry.ts'
import type { Output, Part, Step } from '../../../../core/processing/transformation.ts'
import { checkSize } from '../limits.ts'
import type { Context } from '../picture.ts'
import type { Pixels } from '../pixels.ts'
import { flipStep, rotateStep } from './rotate.ts'
import { resizeStep } from './size.ts'

export type { Size } from '../../../../core/processing/geometry.ts'

/** What a step may need besides its picture. `original`: the asset (inside a layer: the overlay) as it came. */
export interface Around extends Surroundings {
  context: Pick<Context, 'sources' | 'order' | 'limits' | 'tolerant'>
  /** Layers around this one, 0 outside. */
  depth: number
  /** The picture as the running step got it: `cw`, `ch`. Set by runParts. */
  entered?: Size
  /**
   * An area that is found by looking at the picture. In an animation the first frame decides for all, so that the frames
   * stay alike; `what` and the step name the decision.
   */
  alike(step: Step, what: 'trim' | 'focus', find: () => Area | Promise<Area>): Promise<Area>
  /** Is told what each step that runs says of the output. */
  wish?(output: Output): void
}

export type Work = (pixels: Pixels, step: Step, around: Around) => Pixels | Promise<Pixels>

/** orientation → trim → crop and resize → effects → gradient, shadow → radius → border → background, opacity → rotate, flip → overlays */
const order: readonly { name: string; work: Work }[] = [
  { name: 'size', work: resizeStep },
  { name: 'rotate', work: rotateStep },
  { name: 'flip', work: flipStep },
]

/** `entered`: the sides that the first part found, when its sizes have been done already. */
export async function runParts(
  pixels: Pixels,
  parts: readonly Part[],
  around: Around,
  entered?: Size,
): Promise<Pixels> {
  let current = pixels
  for (const [index, part] of parts.entries()) {
    if (part.type === 'if') {
      current = await runParts(current, branchOf(part, current, around.original), around)
      continue
    }
    if (part.output !== undefined) around.wish?.(part.output)
    const { width, height } = (index === 0 ? entered : undefined) ?? current
    for (const { work } of order) current = await work(current, part, { ...around, entered: { width, height } })
    checkSize('The result', { width: current.width, height: current.height, frames: 1 }, around.context.limits)
  }
  return current
}

export { knownOf } from './known.ts'

/** `alike` of a picture, or of all frames of an animation. */
export function decideOnce(): Around['alike'] {
  const decided = new Map<Step, Map<string, Area>>()
  return async (step, what, find) => {
    const areas = decided.get(step) ?? new Map<string, Area>()
    decided.set(step, areas)
    const area = areas.get(what) ?? (await find())
    areas.set(what, area)
    return area
  }
}
