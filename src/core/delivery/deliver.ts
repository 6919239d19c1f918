/**
 * From an image URL to the bytes it shows: place -> pass -> file -> plan -> bytes. What decides access is in access.ts, what
 * turns a file and the wishes into an order in plan.ts.
 */
import { DomainError } from '../errors.ts'
import { mediaTypes } from '../processing/operations.ts'
import type { Transformation } from '../processing/transformation.ts'
import { isProjectId } from '../projects/project-id.ts'
import type { Project } from '../projects/records.ts'
import type { Outcome } from '../renditions/stats.ts'
import { parseTransformation } from '../transformations/language/parse.ts'
import { authorise, type Client, type Pass, refusePrivate } from './access.ts'
import type { DeliveryDeps } from './deps.ts'
import { findLayers } from './layers.ts'
import { expandTexts } from './named.ts'
import { findAsset, findPlace, type Place } from './place.ts'
import { type Plan, plan, type Wishes } from './plan.ts'
import { assetSource, fileSource, noFile, type Source } from './source.ts'
import type { Target } from './target.ts'

/** An answer of which only the bytes are missing. It may be kept and sent again as long as its pass holds. */
export interface Delivered {
  etag: string
  /** Epoch milliseconds. */
  modified: number
  name: string
  /** Also for caches that many share: neither signed nor private. */
  shared: boolean
  /** Request headers that chose it. */
  vary: readonly string[]
  /** Nothing else of the request had a say: no rules about clients. */
  forAnyone: boolean
  /** Epoch milliseconds: when the pass ends. */
  until?: number
  canonical?: string
  plan: Plan
  /**
   * @param seen hears where a rendition came from
   * @throws DomainError as the engine and the blob store do
   */
  open(signal: AbortSignal, seen?: Seen): Promise<Content>
}

type Seen = (outcome: Outcome) => void

export interface Content {
  type: string
  size: number
  /** `Content-DPR` */
  dpr?: number
  /** All bytes of a rendition; or the blob of an original. */
  body: { bytes: Buffer } | { blob: string }
}

export interface DeliveryRequest {
  target: Target
  wishes: Wishes
  /** Undefined: this server itself. */
  client: Client | undefined
  /** The server prepares it for those who may see it. */
  trusted?: true
  signal: AbortSignal
}

/** @throws DomainError */
export async function deliver(deps: DeliveryDeps, request: DeliveryRequest): Promise<Delivered> {
  const { target, wishes, client, signal } = request
  const [project, place] = await Promise.all([findProject(deps, target.project), findPlace(deps.recent, target)])
  // "not deliverable, 404"
  if (place.asset?.isPublished === false) throw noFile(place.path)
  const texts = [...place.transformations, ...target.transformations]
  const expanded = await expandTexts(deps.store.read, project.id, texts)
  const pass: Pass = request.trusted
    ? { signed: true, privateFiles: true }
    : await authorise(deps, { project, target, place, expanded, client })
  if (place.asset !== undefined) refusePrivate(place.asset, pass, false)
  const transformation = joined(expanded.texts.map((text) => parseTransformation(text)))
  const find = (path: string) => findSource(deps, project, place, path, signal)
  const source = await sourceOf(deps, project, place, transformation.defaultImage, signal)
  const layers = await findLayers(transformation.original ? [] : transformation.parts, find)
  const thumbnail = place.form === 'thumbnail' || expanded.of === 'builtIn'
  const made = plan(deps, { project, source, transformation, thumbnail, layers }, pass, wishes)
  return delivered(deps, made, pass, hasNoRules(project))
}

function delivered(deps: DeliveryDeps, made: Plan, pass: Pass, forAnyone: boolean): Delivered {
  const { source, vary } = made
  return {
    etag: made.type === 'original' ? (source.blob.split('/').at(-1) ?? '') : deps.renditions.key(made.order),
    modified: source.modified,
    name: source.name,
    shared: !pass.signed && !source.isPrivate,
    vary,
    forAnyone,
    ...(pass.until === undefined ? {} : { until: pass.until }),
    ...(source.canonical === undefined ? {} : { canonical: source.canonical }),
    plan: made,
    open: (signal, seen) => open(deps, made, signal, seen),
  }
}

/** What nobody asked to change and cannot be read is sent as it is. */
const unreadable = new Set(['damaged_image', 'no_image', 'unsupported_format', 'out_of_range', 'wrong_password'])

async function open({ renditions }: DeliveryDeps, made: Plan, signal: AbortSignal, seen?: Seen): Promise<Content> {
  if (made.type === 'original') return original(made.source)
  try {
    const { format, width, bytes } = await renditions.get(made.order, signal, 'interactive', seen)
    const { layoutWidth, dpr } = made.hinted
    const density = layoutWidth === undefined ? dpr : width / layoutWidth
    return {
      type: mediaTypes[format],
      size: bytes.length,
      body: { bytes },
      ...(density === undefined ? {} : { dpr: Math.round(density * 100) / 100 }),
    }
  } catch (error) {
    if (made.orOriginal && error instanceof DomainError && unreadable.has(error.code)) return original(made.source)
    throw error
  }
}

const original = ({ mime, size, blob }: Source): Content => ({ type: mime, size, body: { blob } })

/** @throws DomainError not_found, fetch_failed */
async function sourceOf(
  deps: DeliveryDeps,
  project: Project,
  place: Place,
  defaultImage: string | undefined,
  signal: AbortSignal,
): Promise<Source> {
  if (place.asset !== undefined) return assetSource(place.asset)
  const found = await originSource(deps, project, place, signal).catch((error: unknown) => {
    // Origins refuse what they do not have, too.
    if (defaultImage !== undefined && error instanceof DomainError && missing.has(error.code)) return undefined
    throw error
  })
  const source = found ?? (defaultImage && (await findSource(deps, project, place, defaultImage, signal)))
  if (!source) throw noFile(place.path)
  return source
}

const missing = new Set(['not_found', 'fetch_failed'])

/** The file at a path of the same endpoint: default images and layers. */
async function findSource(
  deps: DeliveryDeps,
  project: Project,
  { endpoint }: Pick<Place, 'endpoint'>,
  given: string,
  signal: AbortSignal,
): Promise<Source | undefined> {
  const remote = /^https?:\/\//i.test(given) ? { remote: given } : {}
  const place = { endpoint, path: given.startsWith('/') ? given : `/${given}`, ...remote }
  const asset = await findAsset(deps.recent, project.id, place)
  if (asset !== undefined) return asset.isPublished ? assetSource(asset) : undefined
  return originSource(deps, project, place, signal)
}

async function originSource(
  { origins }: DeliveryDeps,
  { id }: Project,
  { endpoint, ...asked }: Pick<Place, 'endpoint' | 'path' | 'remote'>,
  signal: AbortSignal,
): Promise<Source | undefined> {
  const found = await origins.find(id, endpoint?.origins ?? [], asked, signal)
  return found && fileSource(found)
}

async function findProject({ recent }: DeliveryDeps, id: string): Promise<Project> {
  const project = isProjectId(id) ? await recent.projects.find(id) : undefined
  if (project?.status === 'active') return project
  throw new DomainError('not_found', 'There is no such project here.', { param: 'path' })
}

const hasNoRules = ({ settings }: Project) =>
  Object.values(settings.delivery.clients).every((rules) => rules.length === 0)

/** One after the other; what is said last counts. */
function joined(read: readonly Transformation[]): Transformation {
  const defaultImage = read.findLast((one) => one.defaultImage !== undefined)?.defaultImage
  return {
    parts: read.flatMap(({ parts }) => parts),
    original: read.some(({ original: asIs }) => asIs),
    ...(defaultImage === undefined ? {} : { defaultImage }),
  }
}
