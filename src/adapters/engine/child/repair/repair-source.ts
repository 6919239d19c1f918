/** The tool repairimage: the repaired bytes themselves are the result; an input with nothing wrong comes back as it is. */
import { DomainError } from '../../../../core/errors.ts'
import { imageFormats } from '../../../../core/processing/operations.ts'
import { readHeader } from '../header.ts'
import { checkSource } from '../limits.ts'
import type { Encoded } from '../picture.ts'
import type { PipelineJob } from '../pipeline.ts'
import { readSource } from './mend-sources.ts'
import { salvage } from './salvage.ts'

/** `run`: the pipeline, for pictures that are to be turned too. */
export async function repairSource(
  job: PipelineJob,
  run: (job: PipelineJob, lenient: boolean) => Promise<Encoded>,
): Promise<Encoded> {
  const [input] = job.inputs
  if (input === undefined) throw new Error('a job without a source')
  const bytes = await readSource(input, job.limits, job.admit)
  if (bytes === undefined) throw new DomainError('out_of_range', 'The file is too large to be repaired.')
  const turns = job.order.operations.rotate !== undefined
  const saved = await salvage(bytes, job.limits)
  if (saved === undefined) throw await unsavable(job)
  const repair =
    saved === 'sound' ? { findings: [], savedRows: 1 } : { findings: saved.findings, savedRows: saved.savedRows }
  const source = saved === 'sound' ? bytes : saved.bytes
  if (turns) return { ...(await run({ ...job, inputs: [source] }, true)), repair }
  const header = await readHeader(source)
  checkSource(header, job.limits)
  const { width, height, frames } = header
  const format = imageFormats.find((known) => known === header.format)
  if (format === undefined) throw await unsavable(job)
  return { bytes: saved === 'sound' ? undefined : source, format, width, height, frames, repair }
}

/** Why nothing could be saved: no picture at all, one beyond the limits, or one with nothing left. */
async function unsavable(job: PipelineJob): Promise<DomainError> {
  const [input = ''] = job.inputs
  try {
    checkSource(await readHeader(input), job.limits)
  } catch (error) {
    if (error instanceof DomainError && error.code !== 'damaged_image') return error
  }
  return new DomainError('damaged_image', 'Nothing of the picture could be saved: no readable picture data is left.')
}
