/** H.264 by WebAssembly, for servers without ffmpeg: minih264 in the package h264-mp4-encoder, which brings all it needs. */
import type { H264MP4Encoder } from 'h264-mp4-encoder'
import { withLevel } from './avc.ts'
import type { EncoderOptions, FrameEncoder } from './encoder.ts'
import { readSamples } from './mp4-samples.ts'
import { toPlanes } from './rgb.ts'

/** 10 (bad) .. 51; and 0 (small) .. 10 (fast). Chosen by looking: docs/timelapse.md. */
const quantizer = 27
const speed = 5
/** Seconds between pictures that a player may start at. */
const keySeconds = 2

export async function encodeH264({ look, out }: EncoderOptions): Promise<FrameEncoder> {
  const encoder = await open()
  const { width, height, fps } = look
  Object.assign(encoder, { width, height, frameRate: fps, speed, quantizationParameter: quantizer })
  encoder.groupOfPictures = fps * keySeconds
  encoder.initialize()
  const planes = Buffer.alloc((width * height * 3) / 2)
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    encoder.FS.unlink(encoder.outputFilename)
    encoder.delete()
  }
  return {
    async add(frame) {
      toPlanes(frame, planes)
      encoder.addFrameYuv(planes)
    },
    async finish() {
      encoder.finalize()
      const file = encoder.FS.readFile(encoder.outputFilename)
      close()
      const { config, samples } = readSamples(Buffer.from(file.buffer, file.byteOffset, file.byteLength))
      await out.begin(withLevel(config, look))
      for (const sample of samples) await out.add(sample)
    },
    stop() {
      // Only what is finished can be taken down.
      if (!closed) encoder.finalize()
      close()
    },
  }
}

/** The package listens to what this process does not catch, and ends it in its own way; that is not its business. */
async function open(): Promise<H264MP4Encoder> {
  const events = ['uncaughtException', 'unhandledRejection'] as const
  const before = events.map((event) => process.listeners(event as 'uncaughtException'))
  const { default: library } = await import('h264-mp4-encoder')
  const encoder = await library.createH264MP4Encoder()
  for (const [index, event] of events.entries()) {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before[index]?.includes(listener)) process.off(event, listener)
    }
  }
  return encoder
}
