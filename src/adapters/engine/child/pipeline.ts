/** The one pipeline: what happens to an image, in this order. Each step stands in a file of its own. */
import { DomainError } from '../../../core/errors.ts'
import type { SourceOpening } from '../../../core/ports.ts'
import { decodeFailure } from './failures.ts'
import { needsFallback } from './fallback/decoder.ts'
import { readHeader } from './header.ts'
import { decodeSources } from './intermediate.ts'
import { checkSource } from './limits.ts'
import type { RunOrder } from './messages.ts'
import type { Context, Encoded, Header, Input, KnownHeader, Picture } from './picture.ts'
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
import { removeBackground } from './steps/remove-background.ts'
import { resize } from './steps/resize.ts'
import { rotate } from './steps/rotate.ts'
import { turn } from './steps/turn.ts'
import { planUpscale, upscale } from './steps/upscale.ts'
import { watermark } from './steps/watermark.ts'
import { begin } from './transform/begin.ts'
import { encodeDelivered } from './transform/encode.ts'
import { openDelivered } from './transform/open.ts'
import { openingOf, readPage } from './transform/page.ts'
import { transform } from './transform/transform.ts'

type Step = (picture: Picture, context: Context) => Picture | Promise<Picture>

const steps: readonly { name: string; run: Step }[] = [
  { name: 'orient', run: orient },
  { name: 'rotate', run: rotate },
  { name: 'crop', run: crop },
  { name: 'resize', run: resize },
  { name: 'plan upscale', run: planUpscale },
  { name: 'admit', run: admit },
  { name: 'turn', run: turn },
  { name: 'remove background', run: removeBackground },
  { name: 'upscale', run: upscale },
  { name: 'assemble', run: assemble },
  { name: 'watermark', run: watermark },
  { name: 'flatten', run: flatten },
]

/** For transformations of image URLs: sizes that come first are done while decoding, all else in memory, in its own order. */
const transformSteps: typeof steps = [
  { name: 'orient', run: orient },
  { name: 'begin', run: begin },
  { name: 'admit', run: admit },
  { name: 'turn', run: turn },
  { name: 'transform', run: transform },
]

export type PipelineJob = Omit<Context, 'sources' | 'tolerant' | 'order'> & {
  order: Context['order'] & Pick<RunOrder, 'headers'>
  inputs: readonly Input[]
  /** How each input is opened, by index. */
  openings: readonly SourceOpening[]
  tolerant: boolean
  /** Hears the headers that the order wants told, by index of the source. */
  tell?(index: number, header: KnownHeader): void
}

/** `pages`: how many the first source has. */
type Finished = Encoded & { pages: number }

/**
 * Runs one job: headers and limits of all sources, the steps, the encoder. With `tolerant`, sources whose strict decoding
 * fails are repaired and the job runs once more; a repair that is the job itself does nothing else.
 * @throws DomainError damaged_image, no_image, wrong_password, unsupported_format, out_of_range
 */
export async function runPipeline(job: PipelineJob): Promise<Finished> {
  if (job.order.output.repair === true && !(await isForeign(job)))
    return { pages: 1, ...(await repairSource(job, attempt)) }
  try {
    return await attempt(job, false)
  } catch (error) {
    if (!job.tolerant || !(error instanceof DomainError) || error.code !== 'damaged_image') throw error
    const mended = await mendSources(job)
    if (mended === undefined) throw error
    // What was known is of the bytes as they came.
    const { headers: _headers, ...order } = job.order
    return { ...(await attempt({ ...job, order, inputs: mended.inputs }, true)), repair: mended.repair }
  }
}

/** Formats of the fallback decoders are not taken apart: repairing them is reading them tolerantly. */
async function isForeign({ inputs, openings }: PipelineJob): Promise<boolean> {
  const header = await readHeader(inputs[0] ?? '', openings[0]).catch(() => undefined)
  return header?.encoded !== undefined
}

/** `lenient`: what is damaged still is decoded as far as it goes. */
async function attempt(job: PipelineJob, lenient: boolean): Promise<Finished> {
  const { inputs, openings: _openings, tell: _tell, ...rest } = job
  const sources: Header[] = []
  for (const [index, input] of inputs.entries()) {
    const read = async () => {
      const header = await headerOf(job, index, input)
      checkSource(header, job.limits)
      return index === 0 ? await readPage(header, job) : header
    }
    sources.push(await ofSource(index, read))
  }
  return { ...(await process({ ...rest, sources, tolerant: lenient })), pages: sources[0]?.pages ?? 1 }
}

/** As it is remembered, or read. SVGs are read again: they are drawn from their bytes, which may have to be mended. */
async function headerOf({ order, openings, tell }: PipelineJob, index: number, input: Input): Promise<Header> {
  const known = order.headers?.[index]
  if (typeof known === 'object' && known !== null) return { ...known, input }
  const header = await readHeader(input, index === 0 ? openingOf(order, openings[0]) : openings[index])
  if (known === 'tell' && header.format !== 'svg' && !needsFallback(header.format)) {
    const { input: _input, encoded: _encoded, ...facts } = header
    tell?.(index, facts)
  }
  return header
}

async function process(encoded: Context): Promise<Encoded> {
  try {
    const context = { ...encoded, sources: await decodeSources(encoded) }
    const delivered = context.order.operations.transform !== undefined
    let picture = delivered ? openDelivered(context) : load(context)
    for (const step of delivered ? transformSteps : steps) picture = await step.run(picture, context)
    return await (delivered ? encodeDelivered : encode)(picture, context)
  } catch (error) {
    throw decodeFailure(error)
  }
}
