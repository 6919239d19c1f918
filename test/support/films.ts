/** Looks into films: by a demuxer of its own, and decoded back to pixels where an ffmpeg is there. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createFile } from 'mp4box'

/** Tests that decode films are for machines with ffmpeg; CI has it, so there its lack is a failure. */
export const withoutFfmpeg = process.env.CI !== 'true' && spawnSync('ffmpeg', ['-version']).error !== undefined

export interface DemuxedFilm {
  codec: string
  width: number
  height: number
  frames: number
  durationMs: number
  /** The index stands before the pictures. */
  startsAtOnce: boolean
  /** Milliseconds of each frame. */
  shown: number[]
  /** Numbers of frames that a player may start at, from 0. */
  keys: number[]
}

/** An MP4 as mp4box reads it. */
export function demux(file: Buffer): Promise<DemuxedFilm> {
  return new Promise((resolve, reject) => {
    const box = createFile()
    box.onError = (module, message) => reject(new Error(`${module}: ${message}`))
    box.onReady = (info) => {
      const [track] = info.videoTracks
      if (track === undefined) return reject(new Error('no video track'))
      const samples = box.getTrackSamplesInfo(track.id)
      const shown = samples.map(({ duration, timescale }) => (duration * 1000) / timescale)
      resolve({
        codec: track.codec,
        width: track.video?.width ?? 0,
        height: track.video?.height ?? 0,
        frames: track.nb_samples,
        durationMs: (info.duration * 1000) / info.timescale,
        startsAtOnce: file.indexOf('moov') < file.indexOf('mdat'),
        shown,
        keys: samples.flatMap(({ is_sync }, index) => (is_sync ? [index] : [])),
      })
    }
    const bytes = new Uint8Array(file).buffer as ArrayBuffer & { fileStart: number }
    bytes.fileStart = 0
    box.appendBuffer(bytes as never)
    box.flush()
  })
}

/** Frames of a film as RGB. Needs ffmpeg. */
export function framesOf(path: string, { width, height }: { width: number; height: number }): Buffer[] {
  const way = ['-v', 'error', '-i', path, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']
  const raw = execFileSync('ffmpeg', way, { maxBuffer: 2 ** 30 })
  const bytes = width * height * 3
  return Array.from({ length: raw.length / bytes }, (_, index) => raw.subarray(index * bytes, (index + 1) * bytes))
}

export interface ProbedFilm {
  codec: string
  width: number
  height: number
  frames: number
  seconds: number
  colours: string
}

/** What ffprobe says of it, all frames decoded. */
export function probe(path: string): ProbedFilm {
  const asked = ['-v', 'error', '-count_frames', '-show_streams', '-show_format', '-of', 'json', path]
  const { streams, format } = JSON.parse(execFileSync('ffprobe', asked, { encoding: 'utf8' }))
  const [{ codec_name: codec, width, height, nb_read_frames, color_space: colours }] = streams
  return { codec, width, height, frames: Number(nb_read_frames), seconds: Number(format.duration), colours }
}

/** Red, green and blue of a pixel. */
export function pixelOf(frame: Buffer, width: number, x: number, y: number): [number, number, number] {
  const at = (y * width + x) * 3
  return [frame[at] ?? 0, frame[at + 1] ?? 0, frame[at + 2] ?? 0]
}
