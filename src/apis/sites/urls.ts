/** Addresses that answers name (section 6.1): absolute, stable for the life of the thing, holding no secret. */
import type { Variant } from '../../core/sites/variants.ts'

export const photoFileUrl = (origin: string, photo: string, variant: Variant) =>
  `${origin}/site/v1/photos/${photo}/file/${variant}`
