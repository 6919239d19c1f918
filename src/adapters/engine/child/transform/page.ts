/** `pg` (image-urls.md section 5): the page of a document, the frame of an animation, the page of a TIFF. */
import { DomainError } from '../../../../core/errors.ts'
import type { SourceOpening } from '../../../../core/ports.ts'
import type { Page, Step } from '../../../../core/processing/transformation.ts'
import { needsFallback } from '../fallback/decoder.ts'
import { readMetadata, toHeader } from '../header.ts'
import { checkSource } from '../limits.ts'
import type { Context, Header } from '../picture.ts'

/** The page that a transformation asks for: that of its first step that does. */
export function pageOf({ operations }: Pick<Context['order'], 'operations'>): Page | undefined {
  const steps = (operations.transform?.parts ?? []).filter((part): part is Step => part.type === 'step')
  return steps.find(({ page }) => page !== undefined)?.page
}

/** How the source is opened: pages of documents are chosen before they are decoded. */
export function openingOf(order: Context['order'], opening: SourceOpening = {}): SourceOpening {
  const page = pageOf(order)
  return opening.page === undefined && page?.type === 'index' ? { ...opening, page: page.index } : opening
}

/**
 * The header of the frame that is asked for, in files of several that are read frame by frame.
 * @throws DomainError out_of_range: no such frame; unsupported_format: layers of a file that has none
 */
export async function readPage(header: Header, { order, limits }: Pick<Context, 'order' | 'limits'>): Promise<Header> {
  const page = pageOf(order)
  if (page === undefined || header.format === 'pdf') return header
  if (header.format === 'psd' && (page.type !== 'index' || page.index > 0)) {
    throw new DomainError('unsupported_format', '"pg": of a PSD its composite can be shown, not single layers.', {
      param: 'tr',
    })
  }
  if (page.type !== 'index') {
    throw new DomainError('unsupported_format', '"pg" names layers, and only a PSD has them. Give a number.', {
      param: 'tr',
    })
  }
  const { index } = page
  if (index === 0) return header
  if (index >= header.frames || needsFallback(header.format)) {
    const count = header.frames === 1 ? 'one page' : `${header.frames} pages`
    throw new DomainError('out_of_range', `"pg-${index + 1}": the image has ${count}.`, { param: 'tr' })
  }
  const metadata = await readMetadata(header.input, header.format, index)
  const { width, height, ...own } = toHeader(header.input, header.format, header.size, metadata)
  const chosen = { ...own, width, height, frames: header.frames, frame: index }
  checkSource(chosen, limits)
  return chosen
}
