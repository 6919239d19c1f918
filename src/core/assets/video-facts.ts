/** Duration, size and codecs of a video, from the header of its container. Hostile bytes: all counts and sizes are bounded. */
import { mp4Facts } from './video-mp4.ts'
import { webmFacts } from './video-webm.ts'

export interface VideoFacts {
  /** Pixels as shown (turned where the file says so); null like all others: the file does not say. */
  width: number | null
  height: number | null
  /** Seconds, to the millisecond. */
  duration: number | null
  /** Kilobits per second over the whole file. */
  bitRate: number | null
  /** `h264`, `hevc`, `vp9`, `av1` …; what the file calls it when that is none of the known ones. */
  videoCodec: string | null
  audioCodec: string | null
}

/** What a container says; codecs by its own names. */
export type ContainerFacts = Omit<VideoFacts, 'bitRate'>

/** Bytes of the file from a place on; fewer where it ends. */
export type ReadAt = (at: number, length: number) => Promise<Buffer>

const noFacts: ContainerFacts = { width: null, height: null, duration: null, videoCodec: null, audioCodec: null }

const codecs: Readonly<Record<string, string>> = {
  avc1: 'h264',
  avc3: 'h264',
  hvc1: 'hevc',
  hev1: 'hevc',
  vp08: 'vp8',
  vp09: 'vp9',
  av01: 'av1',
  mp4v: 'mpeg4',
  jpeg: 'mjpeg',
  apch: 'prores',
  apcn: 'prores',
  mp4a: 'aac',
  '.mp3': 'mp3',
  'ac-3': 'ac3',
  'ec-3': 'eac3',
  fLaC: 'flac',
  Opus: 'opus',
  sowt: 'pcm',
  twos: 'pcm',
  lpcm: 'pcm',
  'V_MPEG4/ISO/AVC': 'h264',
  'V_MPEGH/ISO/HEVC': 'hevc',
}

/** Formats whose header is read here: `videoFacts` of any other says nothing. */
const readers: Readonly<Record<string, (size: number, read: ReadAt) => Promise<ContainerFacts>>> = {
  mp4: mp4Facts,
  mov: mp4Facts,
  m4a: mp4Facts,
  '3gp': mp4Facts,
  webm: webmFacts,
  mkv: webmFacts,
}

/**
 * @param format as `mediaTypeOf` says it
 * @param size bytes of the file
 * @throws only what `read` throws: a file that makes no sense has no facts
 */
export async function videoFacts(format: string, size: number, read: ReadAt): Promise<VideoFacts> {
  const reader = Object.hasOwn(readers, format) ? readers[format] : undefined
  const { duration, width, height, videoCodec, audioCodec } = (await reader?.(size, read)) ?? noFacts
  const seconds =
    duration !== null && Number.isFinite(duration) && duration > 0 ? Math.round(duration * 1000) / 1000 : null
  return {
    width: width !== null && width > 0 ? Math.round(width) : null,
    height: height !== null && height > 0 ? Math.round(height) : null,
    duration: seconds,
    bitRate: seconds === null || seconds === 0 ? null : Math.round((size * 8) / seconds / 1000),
    videoCodec: named(videoCodec),
    audioCodec: named(audioCodec),
  }
}

/** `V_VP9` is `vp9`. */
function named(codec: string | null): string | null {
  if (codec === null) return null
  const plain = codec.replaceAll(/[^\x20-\x7e]/g, '').trim()
  return (
    codecs[plain] ??
    (plain
      .replace(/^[AV]_/, '')
      .split('/')[0]
      ?.toLowerCase()
      .slice(0, 32) ||
      null)
  )
}
