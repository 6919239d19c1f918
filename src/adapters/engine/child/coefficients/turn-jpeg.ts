/**
 * Turns a JPEG without decoding its pixels: the quantised coefficients move and change signs, so that nothing is lost and
 * four quarter turns give the first file's again. Without a turn it is written anew with Huffman tables of its own.
 *
 * Metadata as everywhere: none, so that no orientation, size or thumbnail can be wrong. The colour profile stays, because
 * the numbers stay.
 */
import type { Turn } from '../picture.ts'
import { parseJpeg, Unsuited } from './jpeg-file.ts'
import { planTurn } from './planes.ts'
import { readScans } from './read-scans.ts'
import { writeJpeg } from './write-jpeg.ts'

/**
 * Undefined when it cannot be done exactly: sides that end within an MCU where the turn needs whole ones, four colours,
 * 12 bits, arithmetic coding, or any damage.
 */
export function turnJpeg(file: Buffer, turn: Turn): Buffer | undefined {
  try {
    const jpeg = parseJpeg(file)
    const turned = planTurn(jpeg.frame, turn)
    readScans(file, jpeg, turned)
    return writeJpeg(jpeg, turned)
  } catch (error) {
    // Damaged lengths lead beyond the buffer.
    if (error instanceof Unsuited || error instanceof RangeError) return undefined
    throw error
  }
}
