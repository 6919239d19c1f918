/**
 * What a file is, by its first bytes: names are not believed, except among texts, which all look alike. Pictures are the
 * engine's to recognise (`ImageEngine.formatOf`); this knows the rest that a library meets (media-library-api.md 7.2).
 */
import { type InputFormat, mediaTypes } from '../processing/operations.ts'
import { binaryType, type Named } from './binary-type.ts'
import { textType } from './text-type.ts'

/** How many bytes from the start are looked at; `ImageEngine.formatOf` wants as many. */
export const mediaTypeBytes = 4100

export interface MediaType {
  /** As search knows it: the usual file extension. `bin` for what nothing is known of. */
  format: string
  mime: string
  /** A PDF is no image to this API, though it can be drawn. */
  kind: 'image' | 'video' | 'other'
  /** The engine can describe it. */
  describable: boolean
}

/**
 * @param head the first `mediaTypeBytes` bytes, or all there are
 * @param name the file's name: tells texts apart, nothing else
 * @param picture what `ImageEngine.formatOf(head)` said
 */
export function mediaTypeOf(head: Buffer, name: string, picture: InputFormat | undefined): MediaType {
  if (picture !== undefined && !isOnlyText(head, picture)) {
    return {
      format: picture,
      mime: mediaTypes[picture],
      kind: picture === 'pdf' ? 'other' : 'image',
      describable: true,
    }
  }
  const [format, mime] = binaryType(head) ?? textType(head, name) ?? unknown
  return {
    format,
    mime,
    kind: mime.startsWith('video/') ? 'video' : mime.startsWith('image/') ? 'image' : 'other',
    describable: false,
  }
}

const unknown: Named = ['bin', 'application/octet-stream']

/** Pixmaps begin with two letters that a text may begin with: their sides follow. */
function isOnlyText(head: Buffer, picture: InputFormat): boolean {
  if (picture !== 'ppm' && picture !== 'pgm' && picture !== 'pbm') return false
  return !/^P[1-6](?:\s+|#[^\n]{0,200}\n)+\d/.test(head.toString('latin1', 0, 1024))
}
