/** The one pipeline: what happens to an image, in this order. Each step stands in a file of its own. */
import { DomainError } from '../../../core/errors.ts'
import { decodeFailure } from './failures.ts'
import { readHeader } from './header.ts'
import { checkSource } from './limits.ts'
import type { Context, Encoded, Header, Input, Picture } from './picture.ts'
import { mendSources } from './repair/mend-sources.ts'
import { repairSource } from './repair/repair-source.ts'
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

export type PipelineJob = Omit<Context, 'sources' | 'tolerant'> & { inputs: readonly Input[]; tolerant: boolean }

/**
 * Runs one job: headers and limits of all sources, the steps, the encoder. With `tolerant`, sources whose strict decoding
 * fails are repaired and the job runs once more; a repair that is the job itself does nothing else.
 * @throws DomainError damaged_image, unsupported_format, out_of_range
 */
export async function runPipeline(job: PipelineJob): Promise<Encoded> {
  if (job.order.output.repair === true) return await repairSource(job, attempt)
  try {
    return await attempt(job, false)
  } catch (error) {
    if (!job.tolerant || !(error instanceof DomainError) || error.code !== 'damaged_image') throw error
    const mended = await mendSources(job)
    if (mended === undefined) throw error
    return { ...(await attempt({ ...job, inputs: mended.inputs }, true)), repair: mended.repair }
  }
}

/** `lenient`: what is damaged still is decoded as far as it goes. */
async function attempt(job: PipelineJob, lenient: boolean): Promise<Encoded> {
  const { inputs, ...rest } = job
  const sources: Header[] = []
  for (const [index, input] of inputs.entries()) {
    const read = async () => {
      const header = await readHeader(input)
      checkSource(header, job.limits)
      return header
    }
    sources.push(await ofSource(index, read))
  }
  return await process({ ...rest, sources, tolerant: lenient })
}

async function process(context: Context): Promise<Encoded> {
  try {
    let picture = load(context)
    for (const step of steps) picture = await step.run(picture, context)
    return await encode(picture, context)
  } catch (error) {
    throw decodeFailure(error)
  }
}
