/** `/v1/capabilities`: what this server can do beyond what every server can. */
import { z } from 'zod'
import { filmFits, filmFormats } from '../../core/processing/film.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { filmLimits, type Limits, mostFps } from './film-limits.ts'

const limitsSchema = z.object({
  available: z.boolean(),
  encoder: z.string().nullable().describe('What encodes it; null where nothing can'),
  max_frames: z.number(),
  max_side: z.number(),
  max_fps: z.number(),
})

const timelapseSchema = z.object({
  ffmpeg: z.string().nullable().describe('Its version; null where there is none'),
  formats: z.object({ mp4: limitsSchema, webm: limitsSchema, webp: limitsSchema, gif: limitsSchema }),
  fits: z.array(z.enum(filmFits)),
})

const encoderNames = {
  h264: 'H.264 (WebAssembly)',
  x264: 'H.264 (ffmpeg libx264)',
  vp9: 'VP9 (ffmpeg libvpx)',
  webp: 'WebP',
  gif: 'GIF',
}

export const capabilityEndpoints: Endpoint[] = [
  endpoint({
    function: 'capabilities.get',
    version: 1,
    method: 'GET',
    path: '/capabilities',
    summary: 'What this server can do: formats of films and their limits',
    answer: { timelapse: timelapseSchema },
    async run({ api }) {
      const { ffmpeg, encoders } = await api.deps.engine.filmAbilities()
      const shown = (format: (typeof filmFormats)[number], { frames, side }: Limits) => {
        const encoder = encoders[format]
        return {
          available: encoder !== null,
          encoder: encoder === null ? null : encoderNames[encoder],
          max_frames: frames,
          max_side: side,
          max_fps: mostFps(format),
        }
      }
      const formats = Object.fromEntries(filmFormats.map((format) => [format, shown(format, filmLimits[format])]))
      return { timelapse: { ffmpeg, formats, fits: [...filmFits] } }
    },
  }),
]
