import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { describe } from '/tmp/wt/flags/src/adapters/engine/child/describe/describe.ts'
import { edgesOf, align, partsOff } from '/tmp/wt/flags/src/core/sites/edges.ts'
import * as v from '/tmp/wt/flags/bench/flags/variants.ts'
sharp.concurrency(1)
const limits = { pixels: 120e6, side: 65535, frames: 100, framePixels: 5e8 }
const measure = async (b: Buffer) => { const d=(await describe(b, {}, limits, async()=>undefined)).description; if(!d.view) throw new Error('none'); return d.view }
const bytes = (t:string)=>new Uint8Array(Buffer.from(t,'base64'))
const avg = (a:Uint8Array)=>a.reduce((s,x)=>s+x,0)/a.length/16
const scenes = process.argv.slice(2)
for (const file of scenes) {
  const scene = await v.sceneOf(file.split('/').at(-1) ?? '', file)
  console.log('==', scene.name)
  const base = await measure(await v.good.usual!(await v.look(scene), v.randomOf(1)))
  const eb = edgesOf(bytes(base.grid))
  const row = async (name: string, buf: Buffer) => {
    const m = await measure(buf)
    const e = edgesOf(bytes(m.grid))
    const a = align(eb, e)
    const parts = partsOff(eb, e, a)
    const ok = parts.filter(p=>p.score>0.45)
    const mags = ok.map(p=>Math.hypot(p.x/64,p.y/48)*100).sort((x,y)=>x-y)
    console.log(name.padEnd(12), 'mean',m.mean, m.levels.join('/').padEnd(20), 'fine',avg(bytes(m.fine)).toFixed(2),'coarse',avg(bytes(m.coarse)).toFixed(2),'bpp',m.bitsPerPixel.toFixed(2), 'still',a.still.toFixed(2),'best',a.score.toFixed(2),'d',(a.dx/.64).toFixed(1)+'%',(a.dy/.48).toFixed(1)+'%','parts',ok.length,'med',(mags[mags.length>>1]??0).toFixed(1), 'max', (mags.at(-1)??0).toFixed(1))
  }
  let n=2
  for (const [k,f] of Object.entries(v.good)) await row(k, await f(await v.look(scene), v.randomOf(n++)))
  for (const [k,aim] of Object.entries({...v.shaken,...v.moved})) await row(k, await v.good.usual!(await v.look(scene, aim), v.randomOf(n++)))
  for (const set of [v.blurs, v.obstructions, v.blanks, v.darks]) for (const [k,f] of Object.entries(set)) await row(k, await f(await v.look(scene), v.randomOf(n++)))
}
