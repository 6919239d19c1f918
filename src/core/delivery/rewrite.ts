/**
 * URL rewriters of URL endpoints (media-library-api.md section 12): URLs of other services, read into our language. What
 * has no counterpart is left out, so that pages which came from elsewhere keep showing their pictures.
 */
import type { UrlRewriter } from '../origins/schema.ts'
import { fromAkamai } from './rewriters/akamai.ts'
import { fromCloudinary } from './rewriters/cloudinary.ts'
import { fromImgix } from './rewriters/imgix.ts'

export interface Rewritten {
  /** Segments of the path. */
  path: readonly string[]
  /** In our language, one after the other. */
  transformations: readonly string[]
}

export function rewritten(
  rewriter: UrlRewriter | null,
  path: readonly string[],
  query: ReadonlyMap<string, string>,
): Rewritten {
  if (rewriter === null) return { path, transformations: [] }
  if (rewriter.type === 'CLOUDINARY') return fromCloudinary(path, rewriter.preserveAssetDeliveryTypes)
  return { path, transformations: rewriter.type === 'IMGIX' ? fromImgix(query) : fromAkamai(query) }
}
