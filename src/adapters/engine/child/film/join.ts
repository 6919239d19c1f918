/** Writes a film of its segments: reads what is in them, then copies their packets into the container, one segment at a time. */
import { type FileHandle, open } from 'node:fs/promises'
import type { FilmEncoder, FilmJoin } from '../../../../core/processing/film.ts'
import { animatedGif } from './animated-gif.ts'
import { animatedWebp } from './animated-webp.ts'
import type { Layout, Track } from './container.ts'
import { mp4 } from './mp4.ts'
import { readSegment, type Segment, take } from './packets.ts'
import { webm } from './webm.ts'

const containers: Record<FilmEncoder, (track: Track) => Layout> = {
  h264: mp4,
  x264: mp4,
  vp9: webm,
  webp: animatedWebp,
  gif: animatedGif,
}

/** @returns how many frames the film has */
export async function joinSegments({ look, holdLastMs }: FilmJoin, paths: readonly string[], sink: string) {
  const segments: Segment[] = []
  for (const path of paths) segments.push(await withFile(path, 'r', readSegment))
  const [first] = segments.filter(({ packets }) => packets.length > 0)
  if (first === undefined) throw new Error('a film without frames')
  const packets = segments.flatMap((segment) => segment.packets)
  const { encoder, ...sides } = look
  const layout = containers[encoder]({ ...sides, config: first.config, packets, holdLastMs })
  await withFile(sink, 'w', async (target) => {
    let index = 0
    for (const [number, segment] of segments.entries()) {
      await withFile(paths[number] ?? '', 'r', async (file) => {
        for (const { offset, size } of segment.packets) {
          await target.write(Buffer.concat([layout.before(index), await take(file, offset, size)]))
          index += 1
        }
      })
    }
    if (layout.after.length > 0) await target.write(layout.after)
  })
  return packets.length
}

async function withFile<T>(path: string, flags: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags)
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}
