/**
 * From a file, the transformation texts and the request's wishes to what is to be sent (image-urls.md section 5): the
 * original, or an order for a rendition. Makes nothing yet.
 */
import { parseCoordinates } from '../assets/coordinates.ts'
import { DomainError } from '../errors.ts'
import type { Output, Part, Transformation } from '../processing/transformation.ts'
import type { Project } from '../projects/records.ts'
import type { RenditionOrder } from '../renditions/renditions.ts'
import { estimateCost, usualLimits } from '../transformations/language/cost.ts'
import { type Pass, refusePrivate } from './access.ts'
import type { DeliveryDeps } from './deps.ts'
import { applyHints, type Hinted } from './hints.ts'
import type { LayerSources } from './layers.ts'
import type { Hints, ModernFormat } from './negotiate.ts'
import type { Source } from './source.ts'

/** What of a request's headers decides the picture. */
export interface Wishes {
  /** Of the Accept header, best first. */
  accepts: readonly ModernFormat[]
  hints: Hints
}

export type Plan =
  | { type: 'original'; source: Source; vary: readonly string[] }
  | {
      type: 'rendition'
      source: Source
      order: RenditionOrder
      /** Request headers that chose it. */
      vary: readonly string[]
      hinted: Pick<Hinted, 'layoutWidth' | 'dpr'>
      /** Nobody asked for a transformation: where none can be made, the original is sent. */
      orOriginal: boolean
    }

export interface Wanted {
  project: Project
  source: Source
  transformation: Transformation
  /** Of a document's first page, or of anything that can be drawn. */
  thumbnail: boolean
  layers: LayerSources
}

/** @throws DomainError unauthenticated (private files); too_large, out_of_range (limits) */
export function plan({ limits }: Pick<DeliveryDeps, 'limits'>, wanted: Wanted, pass: Pass, wishes: Wishes): Plan {
  const { project, source, transformation, layers } = wanted
  const { avif, optimise } = project.settings.delivery
  const { parts, original } = transformation
  const explicit = parts.length > 0 || wanted.thumbnail
  const drawn = !original && (explicit || optimise) && isDrawn(wanted)
  const excess = drawn ? overLimit(source, limits) : undefined
  if (!drawn || (excess !== undefined && !explicit)) {
    refusePrivate(source, pass, !original)
    return { type: 'original', source, vary: [] }
  }
  for (const file of [source, ...layers.sources]) refusePrivate(file, pass, false)
  if (excess !== undefined) throw excess

  const hinted = applyHints(parts, wishes.hints)
  const accepts = wishes.accepts.filter((format) => avif || format !== 'avif')
  const chosen = lastFormat(hinted.parts)
  const isAuto = chosen === undefined || chosen === 'auto'
  const isVector = source.format === 'svg'
  const { page, parts: paged } =
    source.format === 'pdf' ? pageOf(hinted.parts) : { page: undefined, parts: hinted.parts }
  const coordinates = parseCoordinates(source.customCoordinates)
  const order: RenditionOrder = {
    project: project.id,
    source: source.blob,
    ...(source.width === null || source.height === null ? {} : { picture: pictureOf(source) }),
    transform: {
      parts: isAuto && isVector ? [...paged, rastered(accepts)] : paged,
      images: layers.images,
      fonts: layers.fonts,
      ...(coordinates === undefined ? {} : { coordinates }),
      // The same key for all who get the same.
      accepts: isAuto && !isVector ? accepts : [],
    },
    images: layers.imageBlobs,
    fonts: layers.fontBlobs,
    ...(page === undefined ? {} : { page }),
  }
  // Before any work.
  const { width, height } = source
  if (width !== null && height !== null) {
    estimateCost(
      order.transform,
      { width, height },
      {
        ...usualLimits,
        maxPixels: limits.pixels,
        maxCost: limits.cost,
      },
    )
  }
  const { layoutWidth, dpr } = hinted
  return {
    type: 'rendition',
    source,
    order,
    vary: [...(isAuto ? ['Accept'] : []), ...hinted.vary],
    hinted: { ...(layoutWidth === undefined ? {} : { layoutWidth }), ...(dpr === undefined ? {} : { dpr }) },
    orOriginal: !explicit,
  }
}

const pictureOf = ({ format, width, height, alpha }: Source) => ({
  format,
  width: width ?? 0,
  height: height ?? 0,
  opaque: format === 'jpg' || alpha === false,
})

/** Delivered as they are unless a thumbnail is asked for. */
const documents = new Set(['pdf', 'psd'])
/** Every browser shows them, and nothing else is as small. */
const keptUnlessChanged = new Set(['ico', 'cur'])

/** Whether the engine makes the answer, or the file is sent as it is. */
function isDrawn({ source, transformation: { parts }, thumbnail }: Wanted): boolean {
  const { kind, format, width } = source
  if (documents.has(format)) return thumbnail
  // Without sides its header cannot be read: whoever asks for a transformation is told so by the engine.
  if (kind !== 'image' || (width === null && parts.length === 0 && !thumbnail)) return false
  if (format === 'svg') return thumbnail || asksRaster(parts)
  return parts.length > 0 || thumbnail || !keptUnlessChanged.has(format)
}

const formatsIn = (parts: readonly Part[]): Output['format'][] =>
  parts.flatMap((part) =>
    part.type === 'step' ? (part.output?.format ?? []) : [...formatsIn(part.then), ...formatsIn(part.otherwise)],
  )

const lastFormat = (parts: readonly Part[]) => formatsIn(parts).at(-1)

/** "an explicit raster format rasterises it, and transformations on SVG require that" */
const asksRaster = (parts: readonly Part[]) =>
  formatsIn(parts).some((format) => format !== 'auto' && format !== 'svg' && format !== 'orig')

const rastered = (accepts: readonly ModernFormat[]): Part => ({
  type: 'step',
  output: { format: accepts.includes('webp') ? 'webp' : 'png' },
})

/** The page that a document is opened at; the engine sees a picture of one page. */
function pageOf(parts: readonly Part[]): { page?: number; parts: readonly Part[] } {
  let found: number | undefined
  const without = parts.map((part) => {
    if (part.type !== 'step' || part.page === undefined) return part
    const { page, ...rest } = part
    if (page.type === 'index') found ??= page.index
    return rest
  })
  return { ...(found === undefined ? {} : { page: found }), parts: without }
}

const vectors = new Set(['svg', 'pdf'])

/** Section 5: "Over limit: 400 with `ik-error: ELIMIT`". Undefined: within. */
function overLimit(source: Source, limits: DeliveryDeps['limits']): DomainError | undefined {
  const { size, width, height, format } = source
  const bytes = vectors.has(format) ? limits.vectorBytes : limits.inputBytes
  if (size > bytes) {
    return new DomainError('too_large', `The file has ${size} bytes; pictures of at most ${bytes} are transformed.`)
  }
  const pixels = (width ?? 0) * (height ?? 0)
  if (pixels <= limits.pixels || vectors.has(format)) return undefined
  return new DomainError(
    'out_of_range',
    `The picture has ${width} x ${height} pixels; at most ${limits.pixels} are transformed.`,
  )
}
