/** The files that layers of a transformation lay on or write with (image-urls.md section 8): paths become blobs. */
import { DomainError, invalid } from '../errors.ts'
import type { Part } from '../processing/transformation.ts'
import { fontsOf, imagesOf } from '../transformations/language/sources.ts'
import type { Source } from './source.ts'

export interface LayerSources {
  /** Paths as the layers name them, and their blobs. */
  images: readonly string[]
  imageBlobs: readonly string[]
  fonts: readonly string[]
  fontBlobs: readonly string[]
  /** Every file above: private ones need what private files need. */
  sources: readonly Source[]
}

const maxFiles = 20
/** Their pages are pictures. */
const documents = new Set(['pdf', 'psd'])

/**
 * @param find the file at a path; undefined: there is none
 * @throws DomainError invalid with param `tr`: no such file, no picture, too many
 */
export async function findLayers(
  parts: readonly Part[],
  find: (path: string) => Promise<Source | undefined>,
): Promise<LayerSources> {
  const images = imagesOf({ parts })
  const fonts = fontsOf({ parts })
  if (images.length + fonts.length > maxFiles) {
    throw invalid('tr', `The transformation has more than ${maxFiles} different layer files.`)
  }
  const each = async (path: string, what: string) => {
    const found = await find(path).catch(asMissing)
    if (found === undefined) throw invalid('tr', `There is no ${what} at ${path.slice(0, 200)} for the layer.`)
    return found
  }
  const pictures = await Promise.all(images.map((path) => each(path, 'picture')))
  for (const [at, { kind, format }] of pictures.entries()) {
    if (kind === 'image' || documents.has(format)) continue
    throw invalid('tr', `The file at ${images[at]?.slice(0, 200)} is no picture, so no layer can show it.`)
  }
  const faces = await Promise.all(fonts.map((path) => each(path, 'font')))
  return {
    images,
    imageBlobs: pictures.map(({ blob }) => blob),
    fonts,
    fontBlobs: faces.map(({ blob }) => blob),
    sources: [...pictures, ...faces],
  }
}

/** An address that is refused, or an origin that has nothing there. */
function asMissing(error: unknown): undefined {
  if (error instanceof DomainError && (error.code === 'not_found' || error.code === 'fetch_failed')) return undefined
  throw error
}
