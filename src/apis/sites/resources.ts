/** Installations and photos as JSON (sections 7.1 and 7.3), and their schemas for the document. */
import { z } from 'zod'
import { includes, rightAt } from '../../core/sites/access.ts'
import type { SiteCaller } from '../../core/sites/deps.ts'
import { flags, type Installation, type JudgedCapture, type ZoneChange } from '../../core/sites/records.ts'
import { formatInstant, formatLocal } from '../../core/sites/zones.ts'
import { photoFileUrl } from './urls.ts'

type Seen = Pick<SiteCaller, 'access' | 'origin'>

const time = z.string().describe('RFC 3339, UTC')
const url = z.string().nullable()

export const photoSchema = z
  .object({
    id: z.string(),
    installation_id: z.string(),
    camera_id: z.string().nullable(),
    taken_at: time,
    taken_at_local: z.string(),
    time_source: z.enum(['given', 'exif', 'exif_local', 'filename', 'received']),
    received_at: time,
    filename: z.string(),
    width: z.number(),
    height: z.number(),
    size_bytes: z.number(),
    mime_type: z.string(),
    sha256: z.string(),
    tags: z.array(z.string()),
    flags: z.array(z.enum(flags)),
    exposure: z
      .object({
        camera: z.string().optional(),
        iso: z.number().optional(),
        aperture: z.number().optional(),
        shutter: z.string().optional(),
      })
      .nullable(),
    score: z.number().nullable(),
    label: z.string().nullable(),
    thumb_url: url,
    preview_url: url,
    original_url: url,
    watermark_url: url,
  })
  .meta({ id: 'Photo' })

/** `hasWatermark`: its installation has one; without it the user sees no watermark_url. */
export function photoResource(capture: JudgedCapture, hasWatermark: boolean, seen: Seen): z.output<typeof photoSchema> {
  const right = rightAt(seen.access, capture.installation)
  const view = includes(right, 'view')
  const file = (variant: Parameters<typeof photoFileUrl>[2]) => photoFileUrl(seen.origin, capture.id, variant)
  return {
    id: capture.id,
    installation_id: capture.installation,
    camera_id: capture.camera,
    taken_at: formatInstant(capture.taken),
    taken_at_local: formatLocal(capture.taken, capture.offset),
    time_source: capture.timeSource,
    received_at: formatInstant(capture.received),
    filename: capture.filename,
    width: capture.width,
    height: capture.height,
    size_bytes: capture.size,
    mime_type: capture.mime,
    sha256: capture.sha256,
    tags: capture.tags,
    flags: capture.flags,
    exposure: capture.exposure,
    score: capture.score,
    label: capture.label,
    thumb_url: file('thumb'),
    preview_url: view ? file('preview') : null,
    original_url: view ? file('original') : null,
    watermark_url: hasWatermark ? file('watermark') : null,
  }
}

export const watermarkSchema = z
  .object({
    image_file_id: z.string().optional(),
    text: z.string().optional(),
    gravity: z.string(),
    opacity: z.number(),
    scale: z.number(),
    margin: z.number(),
    date_stamp: z.boolean(),
  })
  .nullable()

export const installationSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    timezone: z.string(),
    latitude: z.number().nullable(),
    longitude: z.number().nullable(),
    address: z.string().nullable(),
    status: z.enum(['active', 'paused', 'archived']),
    camera_id: z.string().nullable(),
    started_at: time.nullable(),
    ended_at: time.nullable(),
    photo_count: z.number(),
    latest_photo: photoSchema.nullable(),
    tags: z.array(z.string()),
    watermark: watermarkSchema,
    timezone_change: z
      .object({ from: z.string(), progress: z.number() })
      .nullable()
      .describe(
        'While local times follow a changed timezone: the one before, and the share of photos that have followed',
      ),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Installation' })

export interface InstallationParts {
  camera: string | null
  latest: JudgedCapture | undefined
  zoneChange?: ZoneChange | undefined
}

export function installationResource(
  installation: Installation,
  { camera, latest, zoneChange }: InstallationParts,
  seen: Seen,
): z.output<typeof installationSchema> {
  const { started, ended, watermark } = installation
  return {
    id: installation.id,
    name: installation.name,
    description: installation.description,
    timezone: installation.timezone,
    latitude: installation.latitude,
    longitude: installation.longitude,
    address: installation.address,
    status: installation.status,
    camera_id: camera,
    started_at: started === null ? null : formatInstant(started),
    ended_at: ended === null ? null : formatInstant(ended),
    photo_count: installation.photos,
    latest_photo: latest === undefined ? null : photoResource(latest, watermark !== null, seen),
    tags: installation.tags,
    watermark,
    timezone_change:
      zoneChange === undefined
        ? null
        : { from: zoneChange.zoneBefore, progress: Math.min(1, zoneChange.moved / Math.max(1, installation.photos)) },
    created_at: formatInstant(installation.created),
    updated_at: formatInstant(installation.updated),
  }
}

export const pagingSchema = z.object({ next_cursor: z.string().nullable(), limit: z.number() }).meta({ id: 'Paging' })

/** One more than asked for was read, where there is more. */
export function pageOf<Item>(found: readonly Item[], limit: number, cursorOfItem: (item: Item) => string) {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const next_cursor = found.length > limit && last !== undefined ? cursorOfItem(last) : null
  return { items, paging: { next_cursor, limit } }
}
