/** URL rewriters of URL endpoints (media-library-api.md section 12): URLs of other services, understood as they are. */
import type { UrlRewriter } from '../origins/schema.ts'

export interface Rewritten {
  /** Segments of the path. */
  path: readonly string[]
  /** In our language. */
  transformations: readonly string[]
}

export function rewritten(
  rewriter: UrlRewriter | null,
  path: readonly string[],
  _query: ReadonlyMap<string, string>,
): Rewritten {
  if (rewriter === null) return { path, transformations: [] }
  return { path, transformations: [] }
}
