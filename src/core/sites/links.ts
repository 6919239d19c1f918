/**
 * Signed media links (site-photos-api.md section 6.2): they say what is read, until when, and by whose right; they hold no
 * secret, and whoever has one reads that one file.
 */
import { createHmac } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { equalInConstantTime } from '../keys/equal.ts'
import type { Clock } from '../ports.ts'
import type { MediaKeys } from './media-keys.ts'

/** What the path of a link says. */
export interface LinkedFile {
  id: string
  variant: string
  rev: string
  filename: string
}

export interface MediaLink extends LinkedFile {
  /** Unix seconds: the last in which it may be used. */
  expires: number
  /** By whose right: id of a key, of a web session or of a share. */
  ref: string
}

export interface MediaLinks {
  /** Path and query, beginning with /site/media/. */
  sign(file: LinkedFile, ref: string): Promise<string>
  /**
   * @param target path and query
   * @throws DomainError `forbidden` with code bad_signature or link_expired
   */
  read(target: string): Promise<MediaLink>
}

export const mediaPath = '/site/media/'

/** @param lifetimeMs of a link */
export function createMediaLinks({
  keys,
  clock,
  lifetimeMs,
}: {
  keys: MediaKeys
  clock: Clock
  lifetimeMs: number
}): MediaLinks {
  return {
    async sign(file, ref) {
      const { number, secret } = await keys.current()
      const link = { ...file, expires: Math.floor(clock.now() / 1000) + Math.round(lifetimeMs / 1000), ref }
      const path = [file.id, file.variant, file.rev, file.filename].map(encodeURIComponent).join('/')
      const query = new URLSearchParams({
        e: String(link.expires),
        k: ref,
        n: String(number),
        s: signature(secret, link),
      })
      return `${mediaPath}${path}?${query}`
    },

    async read(target) {
      const { link, number, signed } = parse(target)
      const secret = await keys.find(number)
      if (secret === undefined || !equalInConstantTime(signature(secret, link), signed)) throw badSignature()
      if (clock.now() >= (link.expires + 1) * 1000) throw expired('This link has expired')
      return link
    },
  }
}

/** "over the UTF-8 lines `v1`, photo_id, variant, rev, filename, e, k" */
function signature(secret: Buffer, { id, variant, rev, filename, expires, ref }: MediaLink): string {
  const lines = ['v1', id, variant, rev, filename, String(expires), ref]
  return createHmac('sha256', secret).update(lines.join('\n'), 'utf8').digest('base64url')
}

/** Exactly as it was given: another member, a second one or another spelling was not signed. */
function parse(target: string): { link: MediaLink; number: number; signed: string } {
  const mark = target.indexOf('?')
  const [path, query] = mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)]
  const [id, variant, rev, filename, ...more] = path.slice(mediaPath.length).split('/').map(decoded)
  const members = [...new URLSearchParams(query)]
  const { e, k: ref, n, s: signed } = Object.fromEntries(members) as Record<string, string | undefined>
  if (!id || !variant || !rev || !filename || more.length > 0 || members.length !== 4) throw badSignature()
  if (!ref || !signed || !/^\d{1,12}$/.test(e ?? '') || !/^\d{1,6}$/.test(n ?? '')) throw badSignature()
  const parts = [id, variant, rev, filename, ref]
  // A line break would move what the lines say.
  if (parts.some((part) => part.includes('\n')) || String(Number(e)) !== e) throw badSignature()
  return { link: { id, variant, rev, filename, expires: Number(e), ref }, number: Number(n), signed }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (cause) {
    throw badSignature(cause)
  }
}

const badSignature = (cause?: unknown) =>
  new DomainError('forbidden', 'This is no link that this server gave; ask for the file again by its own URL.', {
    extra: { code: 'bad_signature' },
    ...(cause === undefined ? {} : { cause }),
  })

/** Its time is over, or the file became another. */
export const expired = (what: string) =>
  new DomainError('forbidden', `${what}; ask for the file again by its own URL.`, { extra: { code: 'link_expired' } })
