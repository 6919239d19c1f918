/** From a signed media link to the bytes (site-photos-api.md section 6.2), for requests and for APIs that take URLs. */
import { DomainError } from '../errors.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import { expired } from './links.ts'
import { findMedia, type MediaContent, type MediaFile, type MediaOptions } from './media.ts'
import { callerOfRef, refOf } from './media-refs.ts'

export interface OpenedLink {
  filename: string
  /** Unix seconds. */
  expires: number
  content: MediaContent
}

/**
 * Path and query of the signed link to a file that the caller may have.
 * @throws DomainError as findMedia; `invalid`: a format where there is none
 */
export async function linkTo(
  deps: SiteDeps,
  caller: Pick<SiteCaller, 'access' | 'project' | 'key'>,
  id: string,
  variant: string,
  format?: MediaOptions['format'],
): Promise<string> {
  return signed(deps, await findMedia(deps, caller, id, variant), { id, variant, ref: refOf(caller), format })
}

/** The same for a file that was found already. */
export function signed(
  { links }: Pick<SiteDeps, 'links'>,
  { rev, filename }: MediaFile,
  { id, variant, ref, format }: { id: string; variant: string; ref: string; format?: MediaOptions['format'] },
): Promise<string> {
  if (format !== undefined && !formatted.has(variant)) {
    throw new DomainError('invalid', 'format is for the variants thumb and preview only.', { param: 'format' })
  }
  return links.sign({ id, variant, rev, filename: safe(named(filename, format)) }, ref)
}

/** @throws DomainError `forbidden` (bad_signature, link_expired, right taken away), `not_found`, as the engine */
export async function openLink(deps: SiteDeps, target: string, signal: AbortSignal): Promise<OpenedLink> {
  const { id, variant, rev, filename, expires, ref } = await deps.links.read(target)
  const caller = await callerOfRef(deps, ref, id, variant)
  if (caller === undefined) {
    throw new DomainError('forbidden', 'The key, session or share that this link was given to has ended.')
  }
  const file = await findMedia(deps, caller, id, variant).catch(asForbidden)
  if (file.rev !== rev) throw expired('The file has changed since this link was given')
  const format = formatted.has(variant) ? formatOf(filename) : undefined
  return { filename, expires, content: await file.open({ signal, ...(format === undefined ? {} : { format }) }) }
}

/** "user lost access: 403" */
function asForbidden(error: unknown): never {
  if (!(error instanceof DomainError) || error.code !== 'not_found') throw error
  throw new DomainError('forbidden', 'The file of this link is gone, or may not be seen any more.', { cause: error })
}

/** Variants that are given in other formats too. */
const formatted: ReadonlySet<string> = new Set(['thumb', 'preview'])

/** The format is in the name, which is signed. */
const named = (filename: string, format: MediaOptions['format']) =>
  format === undefined ? filename : filename.replace(/\.jpg$/, `.${format}`)

function formatOf(filename: string): MediaOptions['format'] {
  return filename.endsWith('.webp') ? 'webp' : filename.endsWith('.avif') ? 'avif' : undefined
}

/** A name that can stand in a path and in a header. */
function safe(filename: string): string {
  const text = filename
    .normalize('NFC')
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]/gu, '_')
    .trim()
  const [, extension = ''] = /(\.[A-Za-z0-9]{1,8})$/.exec(text) ?? []
  const name = [...text.slice(0, text.length - extension.length)].slice(0, 120).join('')
  return /^\.*$/.test(`${name}${extension}`) ? 'file' : `${name}${extension}`
}
