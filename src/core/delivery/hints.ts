/** Client hints put into a transformation (image-urls.md section 5): `w-auto` and `dpr-auto`. */
import type { Part, Step } from '../processing/transformation.ts'
import { type Hints, hintHeaders } from './negotiate.ts'

export interface Hinted {
  parts: readonly Part[]
  /** Request headers that were asked, whether they were there or not. */
  vary: readonly string[]
  /** Divides the delivered width: `Content-DPR`. Undefined: no hint was used. */
  layoutWidth?: number
  /** `Content-DPR` where only the density was hinted. */
  dpr?: number
}

const widthStep = 100
const savingQuality = 50

/** A hint that is not there leaves the picture's own width, and a density of 1. */
export function applyHints(parts: readonly Part[], hints: Hints): Hinted {
  const asked = { width: false, dpr: false }
  const steps = parts.map((part) => inPart(part, hints, asked))
  if (!asked.width && !asked.dpr) return { parts, vary: [] }
  const names = [...(asked.width ? hintHeaders.width : []), ...hintHeaders.dpr, 'save-data']
  return {
    parts: hints.saveData ? saving(steps) : steps,
    vary: names,
    ...(asked.width && hints.width !== undefined ? { layoutWidth: hints.width / (hints.dpr ?? 1) } : {}),
    ...(!asked.width && hints.dpr !== undefined ? { dpr: Math.min(5, Math.max(0.1, hints.dpr)) } : {}),
  }
}

function inPart(part: Part, hints: Hints, asked: { width: boolean; dpr: boolean }): Part {
  if (part.type === 'if') {
    const each = (branch: readonly Part[]) => branch.map((one) => inPart(one, hints, asked))
    // biome-ignore lint/suspicious/noThenProperty: a branch, and nobody awaits it
    return { ...part, then: each(part.then), otherwise: each(part.otherwise) }
  }
  const { width, dpr, ...rest } = part
  if (width === 'auto') {
    asked.width = true
    // "the hinted width is already physical, so DPR is ignored; round the width up to the next 100"
    if (hints.width !== undefined) return { ...rest, width: Math.ceil(hints.width / widthStep) * widthStep }
  }
  if (dpr === 'auto') asked.dpr = true
  const density = dpr === 'auto' ? hints.dpr && Math.min(5, Math.max(0.1, hints.dpr)) : dpr
  return {
    ...rest,
    ...(width === undefined || width === 'auto' ? {} : { width }),
    ...(density === undefined ? {} : { dpr: density }),
  }
}

/** "`Save-Data: on` may lower quality": where the URL leaves it open. */
function saving(parts: readonly Part[]): readonly Part[] {
  const last = parts.at(-1)
  if (last?.type !== 'step' || parts.some((part) => part.type === 'step' && part.output?.quality !== undefined)) {
    return parts
  }
  const step: Step = { ...last, output: { ...last.output, quality: savingQuality } }
  return [...parts.slice(0, -1), step]
}
