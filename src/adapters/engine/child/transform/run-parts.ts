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
import { blurStep } from './blur.ts'
import { borderStep } from './border.ts'
import { colorizeStep } from './colorize.ts'
import { contrastStep } from './contrast.ts'
import { distortStep } from './distort.ts'
import { gradientStep } from './gradient.ts'
import { grayscaleStep } from './grayscale.ts'
import { groundStep } from './ground.ts'
import { layLayers } from './layers/layers.ts'
import type { Shared } from './layers/shared.ts'
import { radiusStep } from './radius.ts'
import { replaceColorStep } from './replace-color.ts'
import { flipStep, rotateStep } from './rotate.ts'
import { shadowStep } from './shadow.ts'
import { sharpenStep, unsharpStep } from './sharpen.ts'
import { resizeStep } from './size.ts'
import { trimStep } from './trim.ts'

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
  /** What the layers of the job have in common. */
  shared: Shared
}

export type Work = (pixels: Pixels, step: Step, around: Around) => Pixels | Promise<Pixels>

/** orientation → trim → crop and resize → effects → gradient, shadow → radius → border → background, opacity → rotate, flip → overlays */
const order: readonly { name: string; work: Work }[] = [
  { name: 'trim', work: trimStep },
  { name: 'size', work: resizeStep },
  { name: 'grayscale', work: grayscaleStep },
  { name: 'contrast', work: contrastStep },
  { name: 'sharpen', work: sharpenStep },
  { name: 'unsharp', work: unsharpStep },
  { name: 'blur', work: blurStep },
  { name: 'colorize', work: colorizeStep },
  { name: 'replace colour', work: replaceColorStep },
  { name: 'gradient', work: gradientStep },
  { name: 'distort', work: distortStep },
  { name: 'shadow', work: shadowStep },
  { name: 'radius', work: radiusStep },
  { name: 'border', work: borderStep },
  { name: 'opacity and background', work: groundStep },
  { name: 'rotate', work: rotateStep },
  { name: 'flip', work: flipStep },
  { name: 'layers', work: layLayers },
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
