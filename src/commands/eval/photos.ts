/** The photos of an evaluation: every picture below a folder, split by name. */
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DomainError } from '../../core/errors.ts'
import { type Split, splitOf, splits } from '../../core/vision/evaluation/split.ts'

export interface Photo {
  path: string
  name: string
}

const pictures = /\.(?:jpe?g|png|webp|avif|heic)$/i

/** In order of their paths; links are followed. @throws DomainError when there are none */
export async function findPhotos(folder: string, split: Split | 'all'): Promise<Photo[]> {
  const entries = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new DomainError('invalid', `--photos: the folder ${folder} cannot be read.`, { cause })
  })
  const photos: Photo[] = []
  for (const entry of entries.filter((name) => pictures.test(name)).sort()) {
    const path = join(folder, entry)
    const name = basename(entry)
    const file = await stat(path).catch(() => undefined)
    if (file?.isFile() === true && (split === 'all' || splitOf(name) === split)) photos.push({ path, name })
  }
  if (photos.length === 0)
    throw new DomainError(
      'invalid',
      `--photos: there are no photos${split === 'all' ? '' : ` of the split ${split}`} in ${folder}.`,
    )
  return photos
}

export function splitNamed(text: string): Split | 'all' {
  if (text === 'all') return text
  const split = splits.find((name) => name === text)
  if (split === undefined) throw new DomainError('invalid', `--split must be one of ${splits.join(', ')}, all.`)
  return split
}

/** Fixed for a photo's name, so that its noise is always the same. */
export function seedOf(name: string): number {
  let seed = 0x811c9dc5
  for (const byte of Buffer.from(name)) seed = Math.imul(seed ^ byte, 0x01000193) >>> 0
  return seed
}
