/** The one pipeline: what happens to an image, in this order. Each step stands in a file of its own. */
import { DomainError } from '../../../core/errors.ts'
import type { SourceOpening } from '../../../core/ports.ts'
import { decodeFailure } from './failures.ts'
import { readHeader } from './header.ts'
import { decodeSources } from './intermediate.ts'
import { checkSource } from './limits.ts'
import type { Context, Encoded, Header, Input, Picture } from './picture.ts'
import { ofSource } from './sources.ts'
import { admit } from './steps/admit.ts'
import { assemble } from './steps/assemble.ts'
import { crop } from './steps/crop.ts'
import { encode } from './steps/encode.ts'
import { flatten } from './steps/flatten.ts'
import { load } from './steps/load.ts'
import { orient } from './steps/orient.ts'
import { resize } from './steps/resize.ts'
import { rotate } from './steps/rotate.ts'
import { turn } from './steps/turn.ts'
import { watermark } from './steps/watermark.ts'

type Step = (picture: Picture, context: Context) => Picture | Promise<Picture>

const steps: readonly { name: string; run: Step }[] = [
  { name: 'orient', run: orient },
  { name: 'rotate', run: rotate },
  { name: 'crop', run: crop },
  { name: 'resize', run: resize },
  { name: 'admit', run: admit },
  { name: 'turn', run: turn },
  { name: 'assemble', run: assemble },
  { name: 'watermark', run: watermark },
  { name: 'flatten', run: flatten },
]

export type PipelineJob = Omit<Context, 'sources' | 'tolerant'> & {
  inputs: readonly Input[]
  /** How each input is opened, by index. */
  openings: readonly SourceOpening[]
  tolerant: boolean
}

/**
 * Runs one job: headers and limits of all sources, the steps, the encoder. With `tolerant` a strict decode that fails is
 * tried once more, reading what can be read.
 * @throws DomainError damaged_image, no_image, wrong_password, unsupported_format, out_of_range
 */
export async function runPipeline(job: PipelineJob): Promise<Encoded & { repaired: boolean; pages: number }> {
  const { inputs, openings, tolerant, ...rest } = job
  const sources: Header[] = []
  for (const [index, input] of inputs.entries()) {
    const read = async () => {
      const header = await readHeader(input, openings[index])
      checkSource(header, job.limits)
      return header
    }
    sources.push(await ofSource(index, read))
  }
  const pages = sources[0]?.pages ?? 1
  const attempt = (lenient: boolean) => process({ ...rest, sources, tolerant: lenient })
  try {
    return { ...(await attempt(false)), repaired: false, pages }
  } catch (error) {
    if (!tolerant || !(error instanceof DomainError) || error.code !== 'damaged_image') throw error
    return { ...(await attempt(true)), repaired: true, pages }
  }
}

async function process(encoded: Context): Promise<Encoded> {
  try {
    const context = { ...encoded, sources: await decodeSources(encoded) }
    let picture = load(context)
    for (const step of steps) picture = await step.run(picture, context)
    return await encode(picture, context)
  } catch (error) {
    throw decodeFailure(error)
  }
}
