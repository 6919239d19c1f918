/**
 * `npx tsx bench/flags/evaluate.ts PICTURE ...`: how often flags of photos hit and how often they are false, on scenes made
 * of these pictures (docs/photo-flags.md). Each scene is learned from eight photos in changing light first.
 */
import { basename } from 'node:path'
import sharp from 'sharp'
import { describe } from '../../src/adapters/engine/child/describe/describe.ts'
import type { ViewMeasures } from '../../src/core/processing/description.ts'
import type { Flag } from '../../src/core/sites/records.ts'
import { learn, type UsualView } from '../../src/core/sites/usual-view.ts'
import { compareView, isBlank, isBlurred, isDark, isMoved, isObstructed } from '../../src/core/sites/view-flags.ts'
import {
  type Aim,
  blanks,
  blurs,
  darks,
  good,
  look,
  moved,
  obstructions,
  randomOf,
  type Scene,
  sceneOf,
  shaken,
  type Variant,
} from './variants.ts'

sharp.concurrency(1)
const limits = { pixels: 120_000_000, side: 65_535, frames: 100, framePixels: 500_000_000 }
const learned = 8

async function measured(bytes: Buffer): Promise<ViewMeasures> {
  const { description } = await describe(bytes, {}, limits, async () => undefined)
  if (description.view === null) throw new Error('a photo that cannot be drawn')
  return description.view
}

function judged(measures: ViewMeasures, usual: UsualView): Flag[] {
  const plain: Flag[] = [
    ...(isBlank(measures) ? (['blank'] as const) : []),
    ...(isDark(measures) ? (['dark'] as const) : []),
  ]
  if (plain.length > 0) return plain
  const comparison = compareView(usual, measures)
  if (isMoved(comparison, usual)) return ['view_moved']
  return [
    ...(isObstructed(comparison) ? (['obstructed'] as const) : []),
    ...(isBlurred(comparison) ? (['blurred'] as const) : []),
  ]
}

type Tally = Map<string, { photos: number; flags: Map<Flag, number> }>

async function evaluate(scene: Scene, seed: number, tally: Tally): Promise<void> {
  let next = seed * 1000
  const kinds = Object.values(good)
  let usual: UsualView | undefined
  const photo = async (variant: Variant | undefined, aim: Aim = {}) => {
    if (variant === undefined) throw new Error('no such variant')
    return measured(await variant(await look(scene, aim), randomOf(next++)))
  }
  for (let at = 0; at < learned; at++) {
    usual = learn(usual, await photo(kinds[at % kinds.length], { dx: ((at % 3) - 1) * 0.002 }))
  }
  if (usual === undefined) return
  const count = (name: string, measures: ViewMeasures, known: UsualView) => {
    const row = tally.get(name) ?? { photos: 0, flags: new Map() }
    tally.set(name, row)
    row.photos += 1
    for (const flag of judged(measures, known)) row.flags.set(flag, (row.flags.get(flag) ?? 0) + 1)
  }
  const sets: [kind: string, variants: Record<string, Variant>][] = [
    ['good', good],
    ['blurred', blurs],
    ['obstructed', obstructions],
    ['blank', blanks],
    ['dark', darks],
  ]
  for (const [kind, variants] of sets) {
    for (const [name, variant] of Object.entries(variants)) count(`${kind} | ${name}`, await photo(variant), usual)
  }
  for (const [name, aim] of Object.entries(shaken)) count(`good | ${name}`, await photo(good.usual, aim), usual)
  for (const [name, aim] of Object.entries(moved)) count(`view_moved | ${name}`, await photo(good.usual, aim), usual)
}

const tally: Tally = new Map()
for (const [index, path] of process.argv.slice(2).entries()) {
  await evaluate(await sceneOf(basename(path), path), index + 1, tally)
}
console.log('| kind | photo | photos | flagged |\n|---|---|---|---|')
for (const [name, { photos, flags }] of tally) {
  const found = [...flags].map(([flag, count]) => `${flag} ${count}`).join(', ')
  console.log(`| ${name} | ${photos} | ${found || '-'} |`)
}
