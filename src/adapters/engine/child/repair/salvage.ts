/** The examination of a file: sound, repaired, or beyond saving. */
import { decodeStrictly } from './codec.ts'
import type { Repaired, RepairLimits } from './found.ts'
import { isSoundJpeg } from './jpeg/repair.ts'
import { isSoundPng } from './png/repair.ts'
import { largerPicture, repairPicture } from './repair.ts'

/** `sound` when nothing is wrong; undefined when nothing can be saved. */
export async function salvage(bytes: Buffer, limits: RepairLimits): Promise<Repaired | 'sound' | undefined> {
  const decoded = await decodeStrictly(bytes, limits)
  if (decoded === undefined) return await repairPicture(bytes, limits)
  const larger = await largerPicture(bytes, decoded.width * decoded.height, limits)
  if (larger !== undefined) return larger
  const sound = bytes[0] === 0xff ? isSoundJpeg(bytes, limits) : bytes[0] === 0x89 ? isSoundPng(bytes, limits) : true
  return sound ? 'sound' : ((await repairPicture(bytes, limits)) ?? 'sound')
}
