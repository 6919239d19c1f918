/** Runs transformations for tests as an engine child does. */
import type { SourceOpening } from '../../../../core/ports.ts'
import type { Part, Step, TransformOrder } from '../../../../core/processing/transformation.ts'
import type { Input } from '../picture.ts'
import { runPipeline } from '../pipeline.ts'
import { limits } from '../steps/pictures.fixtures.ts'

export const stepOf = (step: Omit<Step, 'type'>): Step => ({ type: 'step', ...step })

/** The finished file of these parts. */
export async function transformed(
  file: Input,
  parts: readonly (Part | Omit<Step, 'type'>)[],
  order: Partial<Omit<TransformOrder, 'parts'>> & { opening?: SourceOpening; limits?: Partial<typeof limits> } = {},
) {
  const whole = parts.map((part) => ('type' in part ? part : stepOf(part)))
  const { opening = {}, limits: own, ...rest } = order
  const estimates: number[] = []
  const finished = await runPipeline({
    order: {
      operations: { transform: { images: [], fonts: [], accepts: [], ...rest, parts: whole } },
      output: { format: 'same' },
    },
    inputs: [file],
    openings: [opening],
    limits: { ...limits, ...own },
    tolerant: false,
    admit: async (bytes) => {
      estimates.push(bytes)
    },
  })
  return { ...finished, bytes: finished.bytes ?? Buffer.alloc(0), estimate: Math.max(...estimates) }
}
