/** What makes packets of frames; one per segment. */
import type { FilmLook } from '../../../../core/processing/film.ts'
import type { PacketWriter } from './packets.ts'
import type { Rgb } from './rgb.ts'

export interface FrameEncoder {
  /** Takes over the frame; resolves when it takes the next one. */
  add(frame: Rgb): Promise<void>
  /** All packets are written. */
  finish(): Promise<void>
  /** Gives up. */
  stop(): void
}

export interface EncoderOptions {
  look: FilmLook
  out: PacketWriter
  /** Of encoders that need it. */
  ffmpeg: string | undefined
}

export async function openEncoder(options: EncoderOptions): Promise<FrameEncoder> {
  switch (options.look.encoder) {
    case 'h264':
      return (await import('./encode-h264.ts')).encodeH264(options)
    case 'x264':
    case 'vp9':
      return (await import('./encode-ffmpeg.ts')).encodeFfmpeg(options)
    case 'webp':
    case 'gif':
      return (await import('./encode-stills.ts')).encodeStills(options)
  }
}
