/** Who may do what at which installation (site-photos-api.md section 7): one ladder of rights, each includes those below. */
import { DomainError } from '../errors.ts'

/** From least to most. */
export const rights = ['view_watermarked', 'view', 'download', 'contribute', 'manage'] as const
export type Right = (typeof rights)[number]

/** What a user may do: everywhere in the project, and more at some installations. */
export interface Access {
  everywhere: Right | null
  /** By installation: the most that any of the user's groups gives. */
  installations: ReadonlyMap<string, Right>
}

const rank = (right: Right | null | undefined) => (right ? rights.indexOf(right) : -1)

export const includes = (right: Right | null, needed: Right) => rank(right) >= rank(needed)

/** The more of both. */
export const most = (one: Right | null, other: Right | null): Right | null => (rank(one) >= rank(other) ? one : other)

/** Null: the user does not see the installation. */
export function rightAt({ everywhere, installations }: Access, installation: string): Right | null {
  return most(everywhere, installations.get(installation) ?? null)
}

/** `all` of the project, or these; for lists, which never contain anything else. */
export function visible({ everywhere, installations }: Access, needed: Right = 'view_watermarked'): 'all' | string[] {
  if (includes(everywhere, needed)) return 'all'
  return [...installations].filter(([, right]) => includes(right, needed)).map(([id]) => id)
}

/**
 * @param what is looked for, as its not_found says it: "photo", "installation"
 * @throws DomainError `not_found` for what the user does not see, `forbidden` for what the user sees and may not do
 */
export function requireRight(
  access: Access,
  installation: string,
  needed: Right,
  what = 'installation',
  param?: string,
): Right {
  const right = rightAt(access, installation)
  if (right === null) throw unknown(what, param)
  if (includes(right, needed)) return right
  throw new DomainError(
    'forbidden',
    `This needs the right ${needed} at the installation; you have ${right}. Ask who manages it.`,
  )
}

/** For what belongs to the project as a whole: new installations, groups. @throws DomainError `forbidden` */
export function requireEverywhere({ everywhere }: Access, needed: Right): void {
  if (includes(everywhere, needed)) return
  throw new DomainError(
    'forbidden',
    `This needs the right ${needed} at all installations of the project; ask its owner.`,
  )
}

/** The same for what there is not and for what the user does not see. */
export const unknown = (what: string, param = 'id') =>
  new DomainError('not_found', `There is no such ${what}, or you may not see it.`, { param })
