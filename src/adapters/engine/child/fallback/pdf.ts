/** PDF pages as pictures, by pdfium in WebAssembly: no scripts, no files, no network. */
import { type PDFiumDocument, PDFiumLibrary } from '@hyzyla/pdfium'
import sharp from 'sharp'
import { DomainError } from '../../../../core/errors.ts'
import type { SourceOpening } from '../../../../core/ports.ts'
import { breaksChild } from '../failures.ts'
import type { Decoder } from './decoder.ts'

/** Dots per inch of a page; PDF counts 72 to the inch. */
const resolution = 150
/** Large pages are drawn with fewer dots per inch, so that they have no more pixels than this … */
const pagePixels = 50_000_000
/** … and no longer side. */
const pageSide = 16_000

const library = await PDFiumLibrary.init()

export const pdfDecoder: Decoder = {
  announce: (bytes, _format, opening) =>
    withDocument(bytes, opening, (document, pages) => {
      const { width, height } = sidesOf(document, opening, pages)
      return { width, height, alpha: false, pages }
    }),
  decode: (bytes, _format, opening) =>
    withDocument(bytes, opening, async (document, pages) => {
      const { width, height } = sidesOf(document, opening, pages)
      const page = document.getPage(opening.page ?? 0)
      const { data } = await page.render({ scale: 1, width, height, render: 'bitmap', renderFormFields: true })
      // The page is drawn on white: nothing shines through.
      return sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false })
        .removeAlpha()
        .tiff({ compression: 'none' })
        .toBuffer()
    }),
}

async function withDocument<T>(
  bytes: Buffer,
  { password }: SourceOpening,
  use: (document: PDFiumDocument, pages: number) => T | Promise<T>,
): Promise<T> {
  const document = await library.loadDocument(bytes, password).catch((cause: unknown) => {
    throw failure(cause, password !== undefined)
  })
  try {
    const pages = document.getPageCount()
    if (pages === 0) throw new DomainError('no_image', 'The PDF has no pages.')
    return await use(document, pages)
  } finally {
    document.destroy()
  }
}

/** Sides in pixels as a page is drawn; at least 1. */
function sidesOf(document: PDFiumDocument, { page = 0 }: SourceOpening, pages: number) {
  if (page >= pages) throw new DomainError('out_of_range', `The PDF has ${pages} pages; there is no page ${page + 1}.`)
  const { originalWidth, originalHeight } = document.getPage(page).getOriginalSize()
  if (!(originalWidth > 0 && originalHeight > 0)) {
    throw new DomainError('damaged_image', `Page ${page + 1} of the PDF is damaged and cannot be read.`)
  }
  const scale = Math.min(
    resolution / 72,
    Math.sqrt(pagePixels / (originalWidth * originalHeight)),
    pageSide / Math.max(originalWidth, originalHeight),
  )
  const side = (points: number) => Math.max(1, Math.round(points * scale))
  return { width: side(originalWidth), height: side(originalHeight) }
}

function failure(error: unknown, tried: boolean): unknown {
  if (breaksChild(error)) return error
  const text = error instanceof Error ? error.message : String(error)
  if (/password/i.test(text)) {
    const message = tried ? 'The password of the PDF is wrong.' : 'The PDF is protected; give its password.'
    return new DomainError('wrong_password', message)
  }
  return new DomainError('damaged_image', 'The PDF is damaged and cannot be read.', { cause: error })
}
