/**
 * H.264 and VP9 by an ffmpeg: frames go in raw, packets come out as a plain stream, so that nothing of it is left behind when
 * this process is killed: both pipes break, and it ends. It inherits the low priority and the cut network.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { FilmLook } from '../../../../core/processing/film.ts'
import { isDelimiter, isKey, recordOf, sampleOf, startCode, unitsOf } from './avc.ts'
import type { EncoderOptions, FrameEncoder } from './encoder.ts'
import type { Packet, PacketWriter } from './packets.ts'
import { toPlanes } from './rgb.ts'

const threads = '2'
const keySeconds = 2
/** Bytes of its last words that are kept for the log. */
const wordBytes = 2000

const colours = ['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv']
// No frames of two references: every packet is shown when it is decoded, and joining needs no reordering.
const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '22', '-bf', '0', '-x264-params', 'aud=1:scenecut=0']
const vp9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '6', '-row-mt', '1', '-crf', '33', '-b:v', '0']

function parametersOf({ encoder, width, height, fps }: FilmLook): string[] {
  const codec = encoder === 'x264' ? x264 : vp9
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error'],
    ...['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-r', String(fps), '-i', 'pipe:0'],
    ...[...codec, '-pix_fmt', 'yuv420p', '-g', String(fps * keySeconds), '-threads', threads, ...colours],
    ...['-an', '-f', encoder === 'x264' ? 'h264' : 'ivf', 'pipe:1'],
  ]
}

export async function encodeFfmpeg({ look, out, ffmpeg }: EncoderOptions): Promise<FrameEncoder> {
  if (ffmpeg === undefined) throw new Error('an encoder of ffmpeg without ffmpeg')
  const child = spawn(ffmpeg, parametersOf(look), { env: {}, stdio: ['pipe', 'pipe', 'pipe'] })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-wordBytes)
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      words = `${words} ${error.message}`
      resolve(null)
    })
    child.once('close', (code) => resolve(code))
  })
  // Its end says more than the broken pipe.
  child.stdin.on('error', () => undefined)
  const written = look.encoder === 'x264' ? readAvc(child.stdout, out) : readIvf(child.stdout, out)
  written.catch(() => child.kill('SIGKILL'))
  const failure = () => new Error(`ffmpeg failed: ${words.trim()}`)
  return {
    async add(frame) {
      const planes = Buffer.allocUnsafe((look.width * look.height * 3) / 2)
      toPlanes(frame, planes)
      if (!child.stdin.write(planes)) await Promise.race([once(child.stdin, 'drain').catch(() => undefined), ended])
      if (child.exitCode !== null) throw failure()
    },
    async finish() {
      child.stdin.end()
      const [code] = await Promise.all([ended, written])
      if (code !== 0) throw failure()
    },
    stop: () => void child.kill('SIGKILL'),
  }
}

/** Pictures of a byte stream, each of which begins with a delimiter. */
async function readAvc(stream: AsyncIterable<Buffer>, out: PacketWriter): Promise<void> {
  let rest: Buffer = Buffer.alloc(0)
  let units: Buffer[] = []
  const write = async () => {
    const record = recordOf(units)
    if (record !== undefined) await out.begin(record)
    if (units.length > 0) await out.add({ bytes: sampleOf(units), key: units.some(isKey) })
  }
  const take = async (found: readonly Buffer[]) => {
    for (const nal of found) {
      if (isDelimiter(nal)) {
        await write()
        units = []
      } else units.push(nal)
    }
  }
  for await (const piece of stream) {
    const bytes = Buffer.concat([rest, piece])
    // What follows the last start code is not whole yet.
    const last = bytes.lastIndexOf(startCode)
    await take(last <= 0 ? [] : unitsOf(bytes.subarray(0, last)))
    rest = last <= 0 ? bytes : bytes.subarray(last)
  }
  await take(unitsOf(rest))
  await write()
}

const ivfHeader = 32
const ivfFrameHeader = 12

async function readIvf(stream: AsyncIterable<Buffer>, out: PacketWriter): Promise<void> {
  let rest: Buffer = Buffer.alloc(0)
  let skipped = false
  await out.begin(Buffer.alloc(0))
  for await (const piece of stream) {
    rest = Buffer.concat([rest, piece])
    if (!skipped && rest.length >= ivfHeader) {
      skipped = true
      rest = rest.subarray(ivfHeader)
    }
    while (skipped && rest.length >= ivfFrameHeader) {
      const end = ivfFrameHeader + rest.readUInt32LE(0)
      if (rest.length < end) break
      await out.add(vp9Packet(rest.subarray(ivfFrameHeader, end)))
      rest = rest.subarray(end)
    }
  }
}

/** Profile 0: marker and profile, "show existing frame", then 0 for a key frame. */
const vp9Packet = (bytes: Buffer): Packet => ({ bytes, key: ((bytes[0] ?? 0) & 0b1100) === 0 })
