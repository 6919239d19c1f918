/** Addresses that answers name (section 6.1): absolute, stable for the life of the thing, holding no secret. */

export const variants = ['thumb', 'preview', 'original', 'watermark'] as const
export type Variant = (typeof variants)[number]

export const photoFileUrl = (origin: string, photo: string, variant: Variant) =>
  `${origin}/site/v1/photos/${photo}/file/${variant}`
