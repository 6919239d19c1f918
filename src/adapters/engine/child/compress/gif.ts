/** GIF: fewer colours, and pixels that hardly change between frames left as they were. Animations keep every frame and its time. */
import type { GifOptions } from 'sharp'
import type { CompressionLevel } from '../../../../core/processing/operations.ts'
import { type CompressJob, type Compressor, floors } from './job.ts'

/** Up to so many pixels over all frames the palette is searched slowly. */
const slowPixels = { interactive: 10_000_000, batch: 50_000_000 }

const options: Record<CompressionLevel, readonly GifOptions[]> = {
  low: [{}],
  recommended: [
    { colours: 128, interFrameMaxError: 4, interPaletteMaxError: 8, dither: 0.6 },
    { interFrameMaxError: 4, interPaletteMaxError: 8 },
  ],
  extreme: [
    { colours: 64, interFrameMaxError: 10, interPaletteMaxError: 16, dither: 0.3 },
    { colours: 96, interFrameMaxError: 8, interPaletteMaxError: 16, dither: 0.5 },
  ],
}

/** Most places that may have another colour. */
const otherColours = 0.005

export const compressGif: Compressor = (job) => async (level) => {
  const { picture } = job
  const timing = picture.frames > 1 ? { delay: [...picture.delay], loop: picture.loop } : {}
  const effort = effortOf(job)
  for (const each of options[level]) {
    const bytes = await job
      .image(level)
      .gif({ effort, keepDuplicateFrames: true, ...each, ...timing })
      .toBuffer()
    const { alike, strayed } = await job.judge(bytes, true)
    if (alike >= floors[level] && strayed <= otherColours) return { bytes }
  }
  return { bytes: undefined }
}

function effortOf({ pixels, patient }: CompressJob): number {
  return pixels <= slowPixels[patient ? 'batch' : 'interactive'] ? 7 : 3
}
