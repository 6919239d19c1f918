/** All technical features of a view: numbers that need no model (vision.md section 4), the same for the same bytes. */
import type { Features } from '../../../../../core/processing/sight.ts'
import type { Header } from '../../picture.ts'
import type { View } from '../raster.ts'
import { blockinessOf } from './blockiness.ts'
import { compositionOf } from './composition.ts'
import { measureDocument } from './document.ts'
import { flagsOf } from './flags.ts'
import { noiseOf } from './noise.ts'
import { originOf } from './origin.ts'
import { planesOf } from './planes.ts'
import { measureScene } from './scene.ts'
import { sharpnessOf } from './sharpness.ts'
import { tiltOf } from './tilt.ts'
import { toneOf } from './tone.ts'

/** Longest side of the plane that lines are looked for in. */
const lineSide = 600

export async function measureFeatures(view: View, header: Header): Promise<Features> {
  const planes = planesOf(view)
  const [full] = planes.luma
  if (full === undefined) throw new Error('a view without pixels')
  const lined = planes.luma.find(({ width, height }) => Math.max(width, height) <= lineSide) ?? full
  const smallest = planes.luma[planes.luma.length - 1] ?? full
  const noise = noiseOf(full, full)
  const tone = toneOf(view)
  const origin = await originOf(header)
  const sharpness = sharpnessOf(planes, noise)
  return rounded({
    ...origin,
    ...tone.features,
    ...flagsOf(view, tone),
    noise,
    colourNoise: noiseOf(planes.chroma, full),
    ...sharpness,
    realMegapixels: realMegapixels(origin.megapixels ?? 0, sharpness.fineness ?? 0),
    ...blockinessOf(full),
    ...tiltOf(lined, noise / 2),
    ...compositionOf(smallest),
    ...measureDocument(view, full),
    ...measureScene(view),
  })
}

/**
 * As many as the detail needs: an enlarged or blurred picture has more than it uses. Sharp edges lose up to 2 over the
 * three octaves that fineness spans, and 4 more with each octave that nothing is left of.
 */
function realMegapixels(megapixels: number, fineness: number): number {
  return megapixels / 4 ** Math.min(3, Math.max(0, (-2 - fineness) / 4))
}

/** To six digits: the last ones may differ between machines. */
function rounded(features: Features): Features {
  return Object.fromEntries(Object.entries(features).map(([name, value]) => [name, Number(value.toPrecision(6))]))
}
