/** One-time tokens of uploads from browsers (media-library-api.md sections 2.2 and 2.3), kept until they have expired. */

export interface UsedToken {
  project: string
  /** A hash of it. */
  token: string
  /** From then on it is refused for its age. */
  expires: number
}

export interface UploadTokenRepository {
  /** Of many at once exactly one gets true; false: it was used before. */
  use(token: UsedToken): Promise<boolean>
  /** Deletes what expired before; returns how many rows. */
  sweep(before: number): Promise<number>
}
