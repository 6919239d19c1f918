/** What the file itself tells: how many pixels it has, and how coarsely it was coded. */
import type { Features } from '../../../../../core/processing/sight.ts'
import { qualityScales, sourceQuality } from '../../compress/source-quality.ts'
import { readPrefix } from '../../header.ts'
import type { Header } from '../../picture.ts'

export async function originOf(header: Header): Promise<Features> {
  const { width, height, format, input, size } = header
  const quality = format === 'jpg' ? sourceQuality(await readPrefix(input), qualityScales.usual) : undefined
  return {
    megapixels: (width * height) / 1e6,
    longSide: Math.max(width, height),
    /** Of a JPEG's tables, 1..100; 100: not a JPEG. */
    codedQuality: quality ?? 100,
    bitsPerPixel: (8 * size) / (width * height),
  }
}
