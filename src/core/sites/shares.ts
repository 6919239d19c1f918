/**
 * Shares (site-photos-api.md section 10): addresses that show photos or a film to people without an account. A share has
 * the right of whoever made it, at every request: nobody shares more than they may see, and it ends with their access.
 */
import { createHash, randomBytes } from 'node:crypto'
import { DomainError, invalid } from '../errors.ts'
import { prefixedUlid } from '../ids.ts'
import { hashPassword } from '../users/password.ts'
import { includes, requireRight, rightAt, unknown } from './access.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import { findMedia, type MediaCaller } from './media.ts'
import type { Share, SharePage } from './share-records.ts'
import { callerOfUser } from './user-caller.ts'
import { type Variant, variantRights } from './variants.ts'

export type NewShare = Pick<Share, 'variantMax' | 'allowDownload' | 'allowedOrigins' | 'label' | 'expires'> & {
  /** Exactly one of these. */
  installation?: string | undefined
  photos?: readonly string[] | undefined
  timelapse?: string | undefined
  password?: string | undefined
}

/**
 * What a share shows. `watermark` is there to keep clean pictures back: beside it only thumbnails are shown.
 */
export const shownVariants: Record<Variant, readonly Variant[]> = {
  thumb: ['thumb'],
  preview: ['thumb', 'preview'],
  watermark: ['thumb', 'watermark'],
  original: ['thumb', 'preview', 'watermark', 'original'],
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')

/**
 * @returns the share, and the text of its address, which is not kept
 * @throws DomainError `invalid`; `not_found`: not seen; `forbidden`: more than the caller may see
 */
export async function createShare(
  deps: SiteDeps,
  caller: SiteCaller,
  { installation, photos, timelapse, password, ...wanted }: NewShare,
): Promise<{ share: Share; token: string }> {
  const { store, clock } = deps
  const now = clock.now()
  const given = [installation, photos, timelapse].filter((one) => one !== undefined)
  if (given.length !== 1) {
    throw invalid('installation_id', 'Send exactly one of installation_id, photo_ids and timelapse_id.')
  }
  if (wanted.expires !== null && wanted.expires <= now) throw invalid('expires_at', 'expires_at is over already.')
  for (const place of await placesOf(deps, caller, { installation, photos, timelapse })) {
    requireRight(caller.access, place, variantRights[wanted.variantMax])
  }
  const token = randomBytes(32).toString('base64url')
  const share: Share = {
    ...wanted,
    id: prefixedUlid('sh', now),
    project: caller.project.id,
    user: caller.user.id,
    tokenHash: hashOf(token),
    installation: installation ?? null,
    photos: photos === undefined ? null : [...new Set(photos)],
    timelapse: timelapse ?? null,
    passwordHash: password === undefined ? null : await hashPassword(password),
    created: now,
  }
  await store.tx((tx) => tx.shares.insert(share))
  return { share, token }
}

/** Installations whose photos are shared. @throws DomainError `not_found`, `invalid` */
async function placesOf(
  deps: SiteDeps,
  caller: SiteCaller,
  { installation, photos, timelapse }: Pick<NewShare, 'installation' | 'photos' | 'timelapse'>,
): Promise<string[]> {
  if (installation !== undefined) {
    const place = await deps.store.read.installations.find(caller.project.id, installation)
    if (place === undefined || rightAt(caller.access, place.id) === null) {
      throw unknown('installation', 'installation_id')
    }
    return [place.id]
  }
  if (timelapse !== undefined) {
    await findMedia(deps, caller, timelapse.startsWith('tl_') ? timelapse : 'tl_', 'video').catch((error: unknown) => {
      if (!(error instanceof DomainError) || error.code !== 'not_found') throw error
      throw new DomainError('not_found', 'There is no such film, it is not finished, or you may not see it.', {
        param: 'timelapse_id',
        cause: error,
      })
    })
    return []
  }
  const found = await deps.store.read.captures.findMany(caller.project.id, photos ?? [])
  const seen = found.filter((capture) => rightAt(caller.access, capture.installation) !== null)
  if (seen.length < new Set(photos).size) throw unknown('photo', 'photo_ids')
  return [...new Set(seen.map((capture) => capture.installation))]
}

/** The caller's own, newest first; of everybody in the project for those who manage it. */
export function listShares(
  { store }: Pick<SiteDeps, 'store'>,
  caller: SiteCaller,
  page: Omit<SharePage, 'user'>,
): Promise<Share[]> {
  return store.read.shares.page(caller.project.id, { ...page, ...onlyOwn(caller) })
}

/** From now on its address, its embeds and the links made through it are nothing. @throws DomainError `not_found` */
export async function deleteShare({ store }: Pick<SiteDeps, 'store'>, caller: SiteCaller, id: string): Promise<void> {
  const { user } = onlyOwn(caller)
  const done = await store.tx((tx) => tx.shares.delete(caller.project.id, id, user))
  if (!done) throw unknown('share')
}

const onlyOwn = ({ access, user }: SiteCaller): { user?: string } =>
  includes(access.everywhere, 'manage') ? {} : { user: user.id }

/** A share that counts now, with the right of whoever made it. */
export interface OpenShare {
  share: Share
  caller: MediaCaller
}

/** @throws DomainError `not_found`: there is none, it has ended, or who made it may not see this any more */
export async function openShare(deps: Pick<SiteDeps, 'store' | 'clock'>, token: string): Promise<OpenShare> {
  const share = /^[\w-]{43}$/.test(token) ? await deps.store.read.shares.findByToken(hashOf(token)) : undefined
  const caller = share && (await callerOfShare(deps, share))
  if (share !== undefined && caller !== undefined) return { share, caller }
  throw new DomainError('not_found', 'There is nothing shared at this address (any more).', { param: 'token' })
}

/** Undefined: it has ended. */
export async function callerOfShare(
  deps: Pick<SiteDeps, 'store' | 'clock'>,
  share: Share,
): Promise<MediaCaller | undefined> {
  if (share.expires !== null && share.expires <= deps.clock.now()) return undefined
  const caller = await callerOfUser(deps, share.user)
  if (caller === undefined || caller.project.id !== share.project) return undefined
  const { installation } = share
  return installation !== null && rightAt(caller.access, installation) === null ? undefined : caller
}

/** Whether the share is of this thing, in this variant; what its maker may see is asked besides. */
export async function isShared(
  deps: Pick<SiteDeps, 'store'>,
  { share, caller }: OpenShare,
  id: string,
  variant: string,
): Promise<boolean> {
  if (id.startsWith('tl_')) return share.timelapse === id
  if (!(shownVariants[share.variantMax] as readonly string[]).includes(variant)) return false
  if (share.photos !== null) return share.photos.includes(id)
  if (share.installation === null) return false
  const capture = await deps.store.read.captures.find(caller.project.id, id)
  return capture?.installation === share.installation
}
