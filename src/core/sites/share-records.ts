/** Links for people without an account, as the store keeps them (site-photos-api.md section 10). */
import type { Variant } from './variants.ts'

export interface Share {
  /** `sh_…` */
  id: string
  project: string
  /** Whose right it has: with that it ends. */
  user: string
  /** SHA-256 hex of the text in its address. */
  tokenHash: string
  /** One of the next three says what is shared. */
  installation: string | null
  /** Ids, in the order in which they are shown. */
  photos: string[] | null
  timelapse: string | null
  variantMax: Variant
  passwordHash: string | null
  allowDownload: boolean
  /** Origins whose pages may frame it. */
  allowedOrigins: string[]
  label: string | null
  /** Null: never. */
  expires: number | null
  created: number
}

/** In order of (created, id). */
export interface SharePage {
  /** Only those of this user. */
  user?: string
  after?: { created: number; id: string }
  limit: number
}

export interface ShareRepository {
  insert(share: Share): Promise<void>
  /** Ids are random enough to be asked for alone: links name them. */
  find(id: string): Promise<Share | undefined>
  findByToken(tokenHash: string): Promise<Share | undefined>
  /** Newest first. */
  page(project: string, page: SharePage): Promise<Share[]>
  /** @param user only when it is this user's */
  delete(project: string, id: string, user?: string): Promise<boolean>
}
