import sharp from 'sharp'
import { describe } from '../../src/adapters/engine/child/describe/describe.ts'
import * as f from '../../src/core/sites/view-flags.ts'
import { learn, type UsualView } from '../../src/core/sites/usual-view.ts'
import type { ViewMeasures } from '../../src/core/processing/description.ts'
import * as v from './variants.ts'
sharp.concurrency(1)
const limits = { pixels: 120e6, side: 65535, frames: 100, framePixels: 5e8 }
const measure = async (b: Buffer): Promise<ViewMeasures> => { const d=(await describe(b, {}, limits, async()=>undefined)).description; if(!d.view) throw new Error('none'); return d.view }
const verbose = process.argv.includes('-v')
const totals = new Map<string, Map<string, number>>()
for (const file of process.argv.slice(2).filter((a)=>a!=='-v')) {
  const scene = await v.sceneOf(file.split('/').at(-1) ?? '', file)
  let usual: UsualView | undefined
  let n = 100
  const names = Object.keys(v.good)
  for (let i=0;i<8;i++) usual = learn(usual, await measure(await v.good[names[i % names.length] ?? 'usual']!(await v.look(scene, {dx:(i%3-1)*0.002}), v.randomOf(n++))))
  if (!usual) continue
  const row = async (kind: string, name: string, buf: Buffer) => {
    const m = await measure(buf)
    const c = f.compareView(usual as UsualView, m)
    const flags: string[] = []
    if (f.isBlank(m)) flags.push('blank')
    if (f.isDark(m)) flags.push('dark')
    if (flags.length === 0) {
      if (f.isMoved(c, usual as UsualView)) flags.push('view_moved')
      else { if (f.isObstructed(c)) flags.push('obstructed'); if (f.isBlurred(c)) flags.push('blurred') }
    }
    const t = totals.get(kind+':'+name) ?? new Map(); totals.set(kind+':'+name, t)
    t.set('n', (t.get('n')??0)+1); for (const x of flags) t.set(x,(t.get(x)??0)+1)
    if (verbose) console.log(scene.name.slice(0,14).padEnd(15), name.padEnd(10), flags.join(',').padEnd(20), 'still',c.alignment.still.toFixed(2),'best',c.alignment.score.toFixed(2),'d',(c.alignment.dx/.64).toFixed(1),(c.alignment.dy/.48).toFixed(1),'off',(c.pose.off*100).toFixed(1),'turned',c.turned.toFixed(2),'parts',c.pose.parts,'shaped',c.shaped.toFixed(2),'acu',c.acuity&&Object.values(c.acuity).map(x=>x.toFixed(2)).join('/'),'cov',c.covered,'/',c.detailed,'shows',c.shows.toFixed(2),'fog',c.fog, 'mean', m.mean, m.levels.join('/'))
  }
  for (const [k,g] of Object.entries(v.good)) await row('good', k, await g(await v.look(scene), v.randomOf(n++)))
  for (const [k,aim] of Object.entries(v.shaken)) await row('good', k, await v.good.usual!(await v.look(scene, aim), v.randomOf(n++)))
  for (const [k,aim] of Object.entries(v.moved)) await row('view_moved', k, await v.good.usual!(await v.look(scene, aim), v.randomOf(n++)))
  for (const [kind,set] of [['blurred',v.blurs], ['obstructed',v.obstructions], ['blank',v.blanks], ['dark',v.darks]] as const) for (const [k,g] of Object.entries(set)) await row(kind, k, await g(await v.look(scene), v.randomOf(n++)))
}
console.log(); for (const [k,t] of totals) console.log(k.padEnd(24), [...t].map(([a,b])=>a+' '+b).join('  '))
