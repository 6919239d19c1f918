/** Finds an ffmpeg and asks it what it can encode. Films do without one; with one they are made faster, and as WebM too. */
import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import type { EngineLog } from './pool.ts'

export interface Ffmpeg {
  path: string
  /** `5.1.9-0+deb12u1` */
  version: string
  x264: boolean
  vp9: boolean
}

const timeout = 10_000
const run = promisify(execFile)

/** @param wanted a path, `auto` or `off` */
export async function findFfmpeg(wanted: string, log?: EngineLog): Promise<Ffmpeg | undefined> {
  if (wanted === 'off') return undefined
  const path = wanted === 'auto' ? await onPath('ffmpeg') : wanted
  if (path === undefined) return undefined
  try {
    const ask = async (question: string) => (await run(path, ['-hide_banner', question], { timeout, env: {} })).stdout
    const [version, encoders] = await Promise.all([ask('-version'), ask('-encoders')])
    const has = async (name: string) =>
      new RegExp(`^ V\\S* ${name} `, 'm').test(encoders) && (await encodes(path, name))
    const found = {
      path,
      version: /^ffmpeg version (\S+)/.exec(version)?.[1] ?? 'unknown',
      x264: await has('libx264'),
      vp9: await has('libvpx-vp9'),
    }
    if (!found.x264 && !found.vp9) {
      log?.warn(found, 'this ffmpeg has no encoder that films need; they are made without it')
      return undefined
    }
    log?.info(found, 'ffmpeg found: it encodes films')
    return found
  } catch (err) {
    log?.warn({ err, path }, 'ffmpeg does not run; films are made without it')
    return undefined
  }
}

/** Lists name what a broken build does not do: it has to encode a frame. */
async function encodes(path: string, codec: string): Promise<boolean> {
  const side = 64
  const from = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${side}x${side}`, '-r', '10', '-i', 'pipe:0']
  const running = run(path, ['-v', 'error', ...from, '-c:v', codec, '-f', 'null', '-'], { timeout, env: {} })
  // A program that ends at once says why by its exit code.
  running.child.stdin?.on('error', () => undefined).end(Buffer.alloc((side * side * 3) / 2, 128))
  return running.then(
    () => true,
    () => false,
  )
}

async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue
    const path = join(folder, name)
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  return undefined
}
