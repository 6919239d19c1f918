/** What a repair of one kind of file hands back: whole bytes of the same format, and what was wrong with them. */
import type { ImageFormat } from '../../../../core/processing/operations.ts'

export interface Repaired {
  /** A file that decodes without complaint. */
  bytes: Buffer
  format: ImageFormat
  /** What was wrong, each a sentence for a person. */
  findings: string[]
  /** Share of the picture's rows that come from the file's own data, 0..1. */
  savedRows: number
}

/** What a repair may use. */
export interface RepairLimits {
  /** Most pixels of one frame. */
  pixels: number
  /** Most frames. */
  frames: number
  /** Most pixels over all frames. */
  framePixels: number
  /** Longest side. */
  side: number
}

/** Whether the sides are possible and allowed. */
export function isAllowed(width: number, height: number, limits: RepairLimits): boolean {
  return width > 0 && height > 0 && Math.max(width, height) <= limits.side && width * height <= limits.pixels
}
