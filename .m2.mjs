import sharp from 'sharp'
import { restrictDecoders } from './dist/adapters/engine/child/decoders.js'
import { toPixels } from './dist/adapters/engine/child/pixels.js'
restrictDecoders()
const path='/tmp/ingest-m/p.jpg'
async function time(name, n, work){ for(let i=0;i<15;i++) await work(); let best=1e9; for(let r=0;r<6;r++){ const c=process.cpuUsage(); for(let i=0;i<n;i++) await work(); const d=process.cpuUsage(c); const ms=(d.user+d.system)/1000/n; best=Math.min(best,ms)}; console.log(name.padEnd(40), best.toFixed(2),'CPU-ms'); return best }
const S=(o)=>sharp(path,o)
const box={width:192,height:192,fit:'inside',withoutEnlargement:true}
await time('thumb', 30, ()=>S().resize(300).jpeg().toBuffer())
await time('192 raw', 30, ()=>S().resize(box).raw().toBuffer())
await time('192 raw resolveWithObject', 30, ()=>S().resize(box).raw().toBuffer({resolveWithObject:true}))
await time('192 failOn warning', 30, ()=>S({failOn:'warning'}).resize(box).raw().toBuffer())
await time('192 failOn none', 30, ()=>S({failOn:'none'}).resize(box).raw().toBuffer())
await time('192 srgb', 30, ()=>S().resize(box).toColourspace('srgb').raw().toBuffer())
await time('192 alpha', 30, ()=>S().resize(box).ensureAlpha().raw().toBuffer())
await time('192 toPixels', 30, ()=>toPixels(S({failOn:'warning'}).resize(box)))
await time('metadata', 100, ()=>S().metadata())
await time('full decode raw', 10, ()=>S().raw().toBuffer())
await time('204 raw', 30, ()=>S().resize({...box,width:204}).raw().toBuffer())
await time('64 raw', 30, ()=>S().resize({...box,width:64}).raw().toBuffer())
await time('192 linear', 30, ()=>S().resize({...box,kernel:'linear'}).raw().toBuffer())
