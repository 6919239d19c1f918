/** Everything that the library learns of one picture when it comes in: header, metadata, and what its pixels tell. */
import type { SourceOpening } from '../../../../core/ports.ts'
import type { ImageDescription, ThumbnailWish } from '../../../../core/processing/description.ts'
import { mediaTypes } from '../../../../core/processing/operations.ts'
import { qualityScales, sourceQuality } from '../compress/source-quality.ts'
import { breaksChild } from '../failures.ts'
import { openHeader, readPrefix, toFacts } from '../header.ts'
import type { Limits } from '../messages.ts'
import type { Context, Header, Input } from '../picture.ts'
import { embeddedFacts } from './embedded-facts.ts'
import { noPixelFacts, type PixelFacts, pixelFacts } from './pixel-facts.ts'

export interface Described {
  description: ImageDescription
  /** A decoder broke inside while it drew the picture: this process must not decode another one. */
  broken: boolean
}

/** @throws DomainError of the header: unsupported_format, damaged_image, no_image, wrong_password */
export async function describe(
  source: Input,
  opening: SourceOpening,
  limits: Limits,
  admit: Context['admit'],
  thumbnail?: ThumbnailWish,
): Promise<Described> {
  const { header, metadata } = await openHeader(source, opening)
  const facts = toFacts(header)
  const { broken, ...drawn } = await drawnFacts(header, limits, admit, thumbnail)
  const description = {
    ...facts,
    mime: mediaTypes[facts.format],
    orientation: header.orientation,
    hasColorProfile: header.profile || metadata.icc !== undefined,
    quality: await qualityOf(header),
    density: metadata.density ?? 0,
    ...embeddedFacts(metadata, header),
    ...drawn,
  }
  return { description, broken }
}

async function qualityOf({ format, input }: Header): Promise<number> {
  if (format !== 'jpg') return 0
  const quality = async (bytes: number) => sourceQuality(await readPrefix(input, bytes), qualityScales.usual)
  // The tables stand early, except behind large profiles.
  return (await quality(32 * 1024)) ?? (await quality(512 * 1024)) ?? 0
}

/** None when the picture cannot be drawn, for whatever reason: the file is kept all the same. */
async function drawnFacts(
  header: Header,
  limits: Limits,
  admit: Context['admit'],
  thumbnail: ThumbnailWish | undefined,
): Promise<PixelFacts & Pick<Described, 'broken'>> {
  try {
    return { ...(await pixelFacts(header, limits, admit, thumbnail)), broken: false }
  } catch (error) {
    return { ...noPixelFacts, broken: breaksChild(error) }
  }
}
