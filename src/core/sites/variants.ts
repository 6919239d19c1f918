/**
 * Variants of photos (site-photos-api.md section 6.3): renditions of the asset's blob, each made once and kept. Orientation
 * is applied, colours are sRGB, and no metadata is in them.
 */
import { DomainError, invalid } from '../errors.ts'
import type { Lane } from '../jobs/records.ts'
import type { Thumbnail } from '../processing/description.ts'
import { mediaTypes } from '../processing/operations.ts'
import type { Output } from '../processing/transformation.ts'
import type { RenditionOrder } from '../renditions/renditions.ts'
import { includes, type Right } from './access.ts'
import type { SiteDeps } from './deps.ts'
import type { MediaContent } from './media.ts'
import type { Capture, Installation } from './records.ts'
import { overlayOf } from './watermark.ts'

export const variants = ['thumb', 'preview', 'original', 'watermark'] as const
export type Variant = (typeof variants)[number]

/** What a variant needs; who may see more may see it too. */
export const variantRights: Record<Variant, Right> = {
  thumb: 'view_watermarked',
  watermark: 'view_watermarked',
  preview: 'view',
  original: 'download',
}

/** Longest side and JPEG quality. */
const sizes = {
  thumb: { side: 320, quality: 72 },
  preview: { side: 1280, quality: 80 },
  watermark: { side: 1920, quality: 85 },
} as const
/** AVIF looks as good at a lower number. */
const qualities = { webp: 0, avif: -20 } as const

export interface VariantOptions {
  /** Of thumb and preview; absent: JPEG. */
  format?: 'webp' | 'avif'
  /** Default: interactive. */
  lane?: Lane
  signal: AbortSignal
}

type Deps = Pick<SiteDeps, 'store' | 'renditions'>
type Source = Pick<Capture, 'project' | 'blob' | 'width' | 'height' | 'taken' | 'offset'>

/** True for a variant that a person with this right may have. */
export const allowsVariant = (right: Right | null, variant: Variant) => includes(right, variantRights[variant])

/**
 * The picture, made now if it is not kept.
 * @throws DomainError `not_found`: a watermark where the installation has none; `conflict`: the watermark's picture is
 * gone; as the engine
 */
export async function openVariant(
  deps: Deps,
  capture: Source & Pick<Capture, 'received' | 'mime' | 'size'>,
  installation: Pick<Installation, 'watermark' | 'updated'>,
  variant: Variant,
  { format, lane = 'interactive', signal }: VariantOptions,
): Promise<MediaContent> {
  const { blob, mime, size, received } = capture
  if (variant === 'original') {
    if (format !== undefined) throw onlyJpeg('format')
    return { type: mime, size, etag: blobId(blob), modified: received, body: { blob } }
  }
  const order = await variantOrder(deps, capture, installation, variant, format)
  const made = await deps.renditions.get(order, signal, lane)
  return {
    type: mediaTypes[made.format],
    size: made.bytes.length,
    etag: made.key,
    modified: variant === 'watermark' ? Math.max(received, installation.updated) : received,
    body: { bytes: made.bytes },
  }
}

/** What a thumbnail is like, for who decodes the photo anyway. */
export const thumbnailWish = sizes.thumb

/** The thumbnail is there from now on, nobody waits for its making. */
export async function keepThumbnail(
  deps: Deps,
  capture: Source,
  installation: Pick<Installation, 'watermark'>,
  { jpeg, ...sides }: Thumbnail,
): Promise<void> {
  const order = await variantOrder(deps, capture, installation, 'thumb', undefined)
  deps.renditions.offer(order, { ...sides, format: 'jpg', bytes: Buffer.from(jpeg, 'base64') })
}

/** Changes with every byte of the variant, and is known before it is made. Letters and digits. */
export async function variantRev(
  deps: Deps,
  capture: Source,
  installation: Pick<Installation, 'watermark' | 'rev'>,
  variant: Variant,
): Promise<string> {
  if (variant === 'original') return blobId(capture.blob).slice(0, 12)
  const key = deps.renditions.key(await variantOrder(deps, capture, installation, variant, undefined))
  return variant === 'watermark' ? `${installation.rev}w${key.slice(0, 10)}` : key.slice(0, 12)
}

async function variantOrder(
  deps: Deps,
  capture: Source,
  { watermark }: Pick<Installation, 'watermark'>,
  variant: Exclude<Variant, 'original'>,
  format: VariantOptions['format'],
): Promise<RenditionOrder> {
  const { side, quality } = sizes[variant]
  const step = { type: 'step', width: side, height: side, mode: 'at_max' } as const
  const { project, blob: source } = capture
  const order = (more: Pick<RenditionOrder['transform'], 'parts' | 'images'>, images: readonly string[]) => ({
    project,
    source,
    // Without the picture's facts it is made from the original: decoders give JPEGs of these sizes at little cost.
    transform: { ...more, fonts: [], accepts: [] },
    images,
    fonts: [],
  })
  if (variant !== 'watermark') {
    const output: Output =
      format === undefined ? { format: 'jpg', quality } : { format, quality: quality + qualities[format] }
    return order({ parts: [{ ...step, output }], images: [] }, [])
  }
  if (format !== undefined) throw onlyJpeg('format')
  if (watermark === null) {
    throw new DomainError('not_found', 'The installation of this photo has no watermark.', { param: 'variant' })
  }
  const { layers, images, blobs } = await overlayOf(deps, capture, watermark, shrunk(capture, side))
  return order({ parts: [{ ...step, layers, output: { format: 'jpg', quality } }], images }, blobs)
}

/** Fits, never enlarged. */
function shrunk({ width, height }: Pick<Capture, 'width' | 'height'>, side: number) {
  const scale = Math.min(1, side / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

const blobId = (blob: string) => blob.split('/').at(-1) ?? ''

const onlyJpeg = (param: string) => invalid(param, 'format is for the variants thumb and preview only.')
