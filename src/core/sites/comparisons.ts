/**
 * Two photos compared (site-photos-api.md section 7.3): how much differs, and two pictures of both, made on first use. A
 * comparison is not kept: its id names the photos.
 */
import { isDescribed, lookAt } from '../assets/describe.ts'
import { DomainError } from '../errors.ts'
import { mediaTypes } from '../processing/operations.ts'
import type { Part } from '../processing/transformation.ts'
import type { RenditionOrder } from '../renditions/renditions.ts'
import { includes, requireRight, rightAt, unknown } from './access.ts'
import { findCapture } from './captures.ts'
import { type Change, changeOf } from './change.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import type { MediaSource } from './media.ts'
import type { Capture, JudgedCapture } from './records.ts'
import { stampLayer } from './watermark.ts'
import { formatLocal } from './zones.ts'

export const comparisonVariants = ['side_by_side', 'blend'] as const
type ComparisonVariant = (typeof comparisonVariants)[number]

export interface Comparison {
  /** `cp_…` */
  id: string
  a: JudgedCapture
  b: JudgedCapture
  /** Null: one of them cannot be looked at. */
  found: Change | null
  /** The caller may have the pictures. */
  hasPictures: boolean
}

/** @throws DomainError `not_found` (with the parameter's name), `overloaded` */
export async function compare(deps: SiteDeps, caller: SiteCaller, ids: { a: string; b: string }): Promise<Comparison> {
  // One after the other: which of two is told must not hang on which is found faster.
  const a = await named(deps, caller, ids.a, 'a')
  const b = await named(deps, caller, ids.b, 'b')
  const [first, second] = await Promise.all([measured(deps, caller, a), measured(deps, caller, b)])
  return {
    id: `cp_${a.id.slice(3)}${b.id.slice(3)}`,
    a,
    b,
    found: first === null || second === null ? null : changeOf(first, second),
    hasPictures: [a, b].every(({ installation }) => includes(rightAt(caller.access, installation), 'view')),
  }
}

async function named(deps: SiteDeps, caller: SiteCaller, id: string, param: string): Promise<JudgedCapture> {
  try {
    return await findCapture(deps, caller, id)
  } catch (error) {
    throw error instanceof DomainError && error.code === 'not_found' ? unknown('photo', param) : error
  }
}

async function measured(deps: SiteDeps, { signal }: SiteCaller, { blob, width, height }: Capture) {
  const kept = (await deps.store.read.descriptions.find(blob))?.view
  const view = kept ?? (await lookAgain(deps, blob, signal))
  return view === null ? null : { measures: view, ratio: width / height }
}

/** Failures of the server, not of the photo. */
const passing = ['cancelled', 'unavailable', 'overloaded']

/** A photo that was described before there were measures. */
async function lookAgain({ assets }: SiteDeps, blob: string, signal: AbortSignal) {
  try {
    const found = await lookAt(assets, blob, signal)
    return isDescribed(found) ? found.view : null
  } catch (error) {
    if (!(error instanceof DomainError) || passing.includes(error.code)) throw error
    return null
  }
}

/** The pictures of comparisons. */
export const comparisonFiles: MediaSource = {
  prefix: 'cp',
  async find(deps, caller, id, variant) {
    const [, a, b] = /^cp_([0-9A-Z]{26})([0-9A-Z]{26})$/.exec(id) ?? []
    if (a === undefined || b === undefined) throw unknown('comparison')
    const captures = await Promise.all([findCapture(deps, caller, `ph_${a}`), findCapture(deps, caller, `ph_${b}`)])
    if (!isVariant(variant)) throw unknown('variant', 'variant')
    for (const { installation } of captures) requireRight(caller.access, installation, 'view', 'photo')
    const order = orderOf(captures, variant)
    return {
      rev: deps.renditions.key(order).slice(0, 12),
      filename: `${captures.map(({ taken, offset }) => formatLocal(taken, offset).slice(0, 10)).join('-')}-${variant}.jpg`,
      async open({ signal }) {
        const { format, bytes, key } = await deps.renditions.get(order, signal)
        const modified = Math.max(...captures.map(({ received }) => received))
        return { type: mediaTypes[format], size: bytes.length, etag: key, modified, body: { bytes } }
      },
    }
  },
}

const isVariant = (text: string): text is ComparisonVariant => (comparisonVariants as readonly string[]).includes(text)

type Pictured = Pick<Capture, 'project' | 'blob' | 'width' | 'height' | 'taken' | 'offset'>

function orderOf([a, b]: readonly [Pictured, Pictured], variant: ComparisonVariant): RenditionOrder {
  const parts = variant === 'blend' ? blended(a, b) : sideBySide(a, b)
  const transform = { parts, images: ['other'], fonts: [], accepts: [] }
  return { project: a.project, source: a.blob, transform, images: [b.blob], fonts: [] }
}

const output = { format: 'jpg', quality: 82 } as const
const layer = { type: 'image', path: 'other' } as const
const at = (amount: number) => ({ amount, fromEnd: false })

/** As wide as the widest ratio, each cut to it from its middle; the second half transparent on the first. */
function blended(a: Pictured, b: Pictured): Part[] {
  const ratio = Math.max(a.width / a.height, b.width / b.height)
  const width = Math.min(1280, Math.max(a.width, b.width), Math.round(1280 * ratio))
  const size = { width, height: Math.max(1, Math.round(width / ratio)), mode: 'maintain_ratio' } as const
  const over = {
    ...layer,
    position: { x: at(0), y: at(0) },
    parts: [{ type: 'step', ...size, opacity: 50, trim: false } as const],
  }
  return [
    { type: 'step', ...size },
    { type: 'step', layers: [over], output },
  ]
}

/** Both whole and of one height, the first on the left, each with its local time. */
function sideBySide(a: Pictured, b: Pictured): Part[] {
  const most = Math.min(720, Math.max(a.height, b.height))
  const widest = Math.max(a.width / a.height, b.width / b.height)
  const height = Math.max(1, Math.min(most, Math.round(1920 / widest)))
  const [left, right] = [a, b].map((one) => Math.max(1, Math.round((height * one.width) / one.height)))
  const gap = Math.max(2, Math.round(height / 90))
  const width = (left ?? 1) + gap + (right ?? 1)
  // Both dates in letters of one size, which fit on the narrower half.
  const sides = [left ?? 1, right ?? 1]
  const lettered = { width: Math.min(Math.max(...sides), 4 * Math.min(...sides)), height }
  const stamp = (one: Pictured, x: -1 | 1) =>
    stampLayer(formatLocal(one.taken, one.offset).slice(0, 16).replace('T', ' '), lettered, { x, y: 1 })
  const beside = {
    ...layer,
    position: { x: at((left ?? 1) + gap), y: at(0) },
    parts: [{ type: 'step', width: right ?? 1, height, mode: 'force', trim: false } as const],
  }
  const black = { red: 16, green: 16, blue: 16, alpha: 1 }
  return [
    { type: 'step', width: left ?? 1, height, mode: 'force' },
    {
      type: 'step',
      width,
      height,
      mode: 'pad_extract',
      focus: { type: 'anchor', x: -1, y: 0 },
      background: { type: 'color', color: black },
    },
    { type: 'step', layers: [beside, stamp(a, -1), stamp(b, 1)], output },
  ]
}
