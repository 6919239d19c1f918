/**
 * The standard pictures, made here and never committed. Camera-like ones come from photographs of the Debian package
 * mate-backgrounds (GPL-2+) where `apt-get` is at hand; otherwise from noise made by code, which is fit for ratios only.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp, { type Sharp } from 'sharp'
import { addGrain, noise } from './noise.ts'

const run = promisify(execFile)
/** Part of the cache's name: raise it when the recipe changes. */
const recipe = 1
/** Makes m12.jpg about 5 MB (3.3 bits per pixel), as a camera's would be; the photographs are scaled down and smooth. */
const grain = 50
const photographs = ['LadyBird.jpg', 'TwoWings.jpg', 'Wood.jpg', 'YellowFlower.jpg']

export const imageNames = ['m12.jpg', 'm12.webp', 'm6.jpg', 'm6.png', 'm2.jpg', 'm2.png', 'm2.webp'] as const
export type ImageName = (typeof imageNames)[number]

export interface Images {
  /** Where the pictures come from. */
  source: 'photographs' | 'noise'
  path(name: ImageName): string
  bytes(name: ImageName): Promise<Buffer>
}

/** From the cache in the system's temporary folder, made on first use. */
export async function standardImages(say: (line: string) => void): Promise<Images> {
  const made = (await cached('photographs')) ?? (await cached('noise')) ?? (await make(say))
  const path = (name: ImageName) => join(made.folder, name)
  return { source: made.source, path, bytes: (name) => readFile(path(name)) }
}

interface Made {
  source: Images['source']
  folder: string
}

const folderOf = (source: Images['source']) => join(tmpdir(), `imagestead-bench-images-${recipe}-${source}`)

async function cached(source: Images['source']): Promise<Made | undefined> {
  const folder = folderOf(source)
  const sizes = await Promise.all(imageNames.map((name) => stat(join(folder, name)).catch(() => undefined)))
  return sizes.every((found) => found !== undefined) ? { source, folder } : undefined
}

async function make(say: (line: string) => void): Promise<Made> {
  say('making the standard pictures (once)')
  const work = await mkdtemp(join(tmpdir(), 'imagestead-bench-making-'))
  try {
    const base = await tiledPhotographs(work).catch((error: unknown) => {
      say(`no photographs (${String(error).split('\n')[0]}); using noise`)
      return undefined
    })
    const source = base === undefined ? 'noise' : 'photographs'
    const ready = join(work, 'ready')
    await mkdir(ready)
    await writeAll(base ?? noise(4000, 3000), ready)
    await rename(ready, folderOf(source)).catch(async (error: unknown) => {
      // Another run was faster.
      if ((await cached(source)) === undefined) throw error
    })
    return { source, folder: folderOf(source) }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** 4000 x 3000: four photographs, each covering 2000 x 1500. */
async function tiledPhotographs(work: string): Promise<Sharp> {
  await run('apt-get', ['download', 'mate-backgrounds'], { cwd: work, timeout: 30_000 })
  const archive = (await readdir(work)).find((name) => name.endsWith('.deb'))
  if (archive === undefined) throw new Error('apt-get brought no package')
  await run('dpkg', ['-x', archive, 'unpacked'], { cwd: work, timeout: 30_000 })
  const folder = join(work, 'unpacked/usr/share/backgrounds/mate/nature')
  const tiles = await Promise.all(
    photographs.map(async (name, index) => ({
      input: await sharp(join(folder, name)).resize(2000, 1500, { fit: 'cover' }).removeAlpha().raw().toBuffer(),
      raw: { width: 2000, height: 1500, channels: 3 as const },
      left: (index % 2) * 2000,
      top: Math.floor(index / 2) * 1500,
    })),
  )
  const canvas = { width: 4000, height: 3000, channels: 3 as const, background: 'black' }
  const { data, info } = await sharp({ create: canvas }).composite(tiles).raw().toBuffer({ resolveWithObject: true })
  return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
}

async function writeAll(base: Sharp, folder: string): Promise<void> {
  const m6 = () => base.clone().resize(2828, 2121)
  const m2 = () => base.clone().resize(1632, 1224)
  const pictures: Record<ImageName, Sharp> = {
    'm12.jpg': (await grained(base)).jpeg({ quality: 84, chromaSubsampling: '4:2:0' }),
    'm12.webp': base.clone().webp({ quality: 80, effort: 2 }),
    'm6.jpg': m6().jpeg({ quality: 88 }),
    'm6.png': m6().png({ compressionLevel: 6 }),
    'm2.jpg': m2().jpeg({ quality: 90 }),
    'm2.png': m2().png({ compressionLevel: 6 }),
    'm2.webp': m2().webp({ quality: 85 }),
  }
  for (const name of imageNames) await writeFile(join(folder, name), await pictures[name].toBuffer())
}

async function grained(base: Sharp): Promise<Sharp> {
  const { data, info } = await base.clone().raw().toBuffer({ resolveWithObject: true })
  addGrain(data, grain)
  return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
}
