/** The examination of a file: sound, repaired, or beyond saving. */
import { decodeStrictly } from './codec.ts'
import type { Repaired, RepairLimits } from './found.ts'
import { isSoundGif } from './gif/repair.ts'
import { isSoundJpeg } from './jpeg/count.ts'
import { isSoundPng } from './png/repair.ts'
import { largerPicture, repairPicture } from './repair.ts'
import { isSoundTiff } from './tiff/repair.ts'

/** `sound` when nothing is wrong; undefined when nothing can be saved. */
export async function salvage(bytes: Buffer, limits: RepairLimits): Promise<Repaired | 'sound' | undefined> {
  const decoded = await decodeStrictly(bytes, limits)
  if (decoded === undefined) return await repairPicture(bytes, limits)
  const larger = await largerPicture(bytes, decoded.width * decoded.height, limits)
  if (larger !== undefined) return larger
  if (await isSound(bytes, limits)) return 'sound'
  return (await repairPicture(bytes, limits)) ?? 'sound'
}

/** Damage that decoders run over without a word. */
async function isSound(bytes: Buffer, limits: RepairLimits): Promise<boolean> {
  switch (bytes[0]) {
    case 0xff:
      return isSoundJpeg(bytes, limits)
    case 0x89:
      return isSoundPng(bytes, limits)
    case 0x47:
      return isSoundGif(bytes, limits)
    case 0x49:
    case 0x4d:
      return await isSoundTiff(bytes, limits)
    default:
      return true
  }
}
