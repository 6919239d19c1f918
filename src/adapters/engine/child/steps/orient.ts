/** EXIF orientation: from here on width and height are those of the upright picture. */
import type { Context, Header, Picture, Turn } from '../picture.ts'
import { fromPixels, toPixels } from '../pixels.ts'

export function orient(picture: Picture, { sources }: Pick<Context, 'sources'>): Picture {
  const [header] = sources
  const turn = exifTurn(header?.orientation ?? 1)
  const upright = turned(picture, turn)
  // The orientation tag is part of TIFF itself and would be written again: there libvips turns the pixels and forgets it.
  if (header?.format === 'tiff') return { ...picture, ...upright, image: picture.image.autoOrient() }
  return { ...picture, ...upright, turn }
}

/**
 * For AVIF, whose writer turns the source's orientation tag into a property of the picture, although no metadata is kept:
 * viewers would turn upright pixels once more. Pixels alone have no tag.
 */
export async function forgetTurn(picture: Picture, header: Pick<Header, 'orientation' | 'format'>): Promise<Picture> {
  if (picture.drawn === true || header.orientation <= 1 || header.format === 'tiff') return picture
  const image = fromPixels(await toPixels(picture.image))
  return { ...picture, image: picture.alpha ? image : image.removeAlpha(), drawn: true }
}

/** EXIF orientations 1..8 as a flop and clockwise quarters that make the picture upright. */
export function exifTurn(orientation: Header['orientation']): Turn {
  switch (orientation) {
    case 2:
      return { flop: true, quarters: 0 }
    case 3:
      return { flop: false, quarters: 2 }
    case 4:
      return { flop: true, quarters: 2 }
    case 5:
      return { flop: true, quarters: 3 }
    case 6:
      return { flop: false, quarters: 1 }
    case 7:
      return { flop: true, quarters: 1 }
    case 8:
      return { flop: false, quarters: 3 }
    default:
      return { flop: false, quarters: 0 }
  }
}

/** Sides after (or, the same, before) a turn. */
export function turned(size: { width: number; height: number }, turn: Turn): { width: number; height: number } {
  return turn.quarters % 2 === 1
    ? { width: size.height, height: size.width }
    : { width: size.width, height: size.height }
}
