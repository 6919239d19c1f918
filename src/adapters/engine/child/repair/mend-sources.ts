/** try_image_repair: the sources of a job that do not decode strictly are repaired before it runs once more. */
import { readFile, stat } from 'node:fs/promises'
import type { RepairReport, SourceOpening } from '../../../../core/ports.ts'
import { readHeader } from '../header.ts'
import type { Limits } from '../messages.ts'
import type { Input } from '../picture.ts'
import { decodeStrictly, shownRows } from './codec.ts'
import { repairPicture } from './repair.ts'

/** Larger files are left to the tolerant decoder, which reads in strips. */
const mostBytes = 512 * 1024 * 1024

interface Sources {
  inputs: readonly Input[]
  openings: readonly SourceOpening[]
  limits: Limits
  admit(bytes: number): Promise<void>
}

/** Sources that cannot be repaired stay as they are: the tolerant decoder has them. Undefined: all decode strictly. */
export async function mendSources({
  inputs,
  openings,
  limits,
  admit,
}: Sources): Promise<{ inputs: Input[]; repair: RepairReport } | undefined> {
  const mended: Input[] = []
  let repair: RepairReport | undefined
  for (const [index, input] of inputs.entries()) {
    const header = await readHeader(input, openings[index]).catch(() => undefined)
    // Of the fallback decoders' formats nothing is known but that the job failed.
    const foreign = header?.encoded !== undefined
    if (foreign ? inputs.length > 1 : header !== undefined && (await decodeStrictly(header.input, limits))) {
      mended.push(input)
      continue
    }
    const bytes = foreign ? undefined : await readSource(input, limits, admit)
    const repaired = bytes === undefined ? undefined : await repairPicture(bytes, limits)
    const { findings, savedRows } = repaired ?? {
      findings: ['The file was damaged; what could be read was used.'],
      savedRows: foreign ? null : await shownRows(input, limits),
    }
    const before: RepairReport = repair ?? { findings: [], savedRows: 1 }
    repair = {
      findings: [...new Set([...before.findings, ...findings])],
      savedRows: before.savedRows === null || savedRows === null ? null : Math.min(before.savedRows, savedRows),
    }
    mended.push(repaired?.bytes ?? input)
  }
  return repair === undefined ? undefined : { inputs: mended, repair }
}

/** The bytes of a source, after room for its repair was granted; undefined when it is too large. */
export async function readSource(
  input: Input,
  limits: Limits,
  admit: (bytes: number) => Promise<void>,
): Promise<Buffer | undefined> {
  const size = typeof input === 'string' ? (await stat(input)).size : input.length
  if (size > mostBytes) return undefined
  await admit(repairBytes(size, limits))
  return typeof input === 'string' ? await readFile(input) : input
}

/**
 * Estimated peak of a repair: the file in three copies, and coefficients or rows. How many pixels a damaged file has is
 * not known before; coded data seldom takes less than a twentieth of a byte for one.
 */
function repairBytes(size: number, limits: Limits): number {
  return 96 * 1024 * 1024 + size * 3 + Math.min(limits.pixels, size * 20) * 6
}
