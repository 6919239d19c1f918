/** The examination of a file: sound, repaired, or beyond saving. */
import { decodeStrictly } from './codec.ts'
import type { Repaired, RepairLimits } from './found.ts'
import { repairPicture } from './repair.ts'

/** `sound` when nothing is wrong; undefined when nothing can be saved. */
export async function salvage(bytes: Buffer, limits: RepairLimits): Promise<Repaired | 'sound' | undefined> {
  if ((await decodeStrictly(bytes, limits)) !== undefined) return 'sound'
  return await repairPicture(bytes, limits)
}
