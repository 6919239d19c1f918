/** The true sides of a JPEG whose header tells wrong ones: the coded data says how many MCUs there are. */
import type { Sequence } from './sequence.ts'

export interface SizeQuestion {
  /** What the header says. */
  width: number
  height: number
  mcuWidth: number
  mcuHeight: number
  /** MCUs that were read, up to a clean end. */
  mcus: number
  /** What EXIF says. */
  hint: { width: number; height: number } | undefined
  /** The header's sides are impossible: not one of them is believed. */
  lost: boolean
  sequence: Sequence
  allowed(width: number, height: number): boolean
}

/** Undefined when no sides fit. One side of the header is believed where it can be. */
export function recoverSize(question: SizeQuestion): { width: number; height: number } | undefined {
  const { mcus, mcuWidth, mcuHeight, hint, allowed } = question
  if (mcus < 1) return undefined
  if (hint !== undefined && Math.ceil(hint.width / mcuWidth) * Math.ceil(hint.height / mcuHeight) === mcus) {
    if (allowed(hint.width, hint.height)) return hint
  }
  const declaredWide = Math.ceil(question.width / mcuWidth)
  const declaredHigh = Math.ceil(question.height / mcuHeight)
  const wides = Array.from({ length: mcus }, (_, index) => index + 1).filter(
    (wide) => mcus % wide === 0 && allowed(wide * mcuWidth, (mcus / wide) * mcuHeight),
  )
  // One side of the header is right, or both are lost: a number of MCUs that fits neither is damage to the data.
  const believed = wides.filter((wide) => wide === declaredWide || mcus / wide === declaredHigh)
  const [best] = (believed.length > 0 ? believed : question.lost ? wides : [])
    .map((wide) => ({ wide, error: roughness(question.sequence, wide) * slimness(wide, mcus / wide) }))
    .sort((a, b) => a.error - b.error)
  if (best === undefined || (best.wide !== declaredWide && best.error > roughness(question.sequence, declaredWide)))
    return undefined
  const high = mcus / best.wide
  return {
    width: best.wide === declaredWide ? question.width : best.wide * mcuWidth,
    height: high === declaredHigh ? question.height : high * mcuHeight,
  }
}

/** Pictures are rarely eight times longer than wide. */
const slimness = (wide: number, high: number) => (Math.max(wide / high, high / wide) > 8 ? 1.5 : 1)

/** Mean step between rows when the picture is so many MCUs wide. */
function roughness({ parts, length }: Sequence, wide: number): number {
  const [luma] = parts
  if (luma === undefined || length <= wide) return Number.MAX_VALUE
  let sum = 0
  let seen = 0
  const stride = Math.max(1, Math.floor(length / 40_000))
  for (let index = wide; index < length; index += stride) {
    sum += Math.min(40, Math.abs((luma.top[index] ?? 0) - (luma.bottom[index - wide] ?? 0)))
    seen += 1
  }
  return sum / seen + 0.01
}
