import sharp from 'sharp'
import { writeFileSync } from 'node:fs'
import { describe } from './dist/adapters/engine/child/describe/describe.js'
import { restrictDecoders } from './dist/adapters/engine/child/decoders.js'
import { openHeader, readPrefix } from './dist/adapters/engine/child/header.js'
import { drawRaster, resample, toAverages } from './dist/adapters/engine/child/describe/raster.js'
import { perceptualHash } from './dist/adapters/engine/child/describe/perceptual-hash.js'
import { colorsOf } from './dist/adapters/engine/child/describe/colors.js'
import { placeholderOf } from './dist/adapters/engine/child/describe/placeholder.js'
restrictDecoders()
const width = 1632, height = 1224
const data = Buffer.alloc(width*height*3); let state = 7
for (let at = 0; at < data.length; at++) { const x = Math.floor(at/3)%width, y = Math.floor(at/3/width)
 state = (state*1103515245+12345)&0x7fffffff
 data[at] = Math.max(0, Math.min(255, 120+70*Math.sin(x/37+(at%3))*Math.cos(y/53)+(Math.hypot(x-800,y-600)<400?50:0)+((state>>16)%13-6))) }
const bytes = await sharp(data,{raw:{width,height,channels:3}}).withExif({IFD0:{Make:'Acme',Model:'X1',Copyright:'c'},IFD2:{DateTimeOriginal:'2024:01:02 03:04:05',FNumber:'28/10'}}).jpeg({quality:82}).toBuffer()
const path='/tmp/ingest-m/p.jpg'; writeFileSync(path, bytes); console.log('bytes', bytes.length)
const limits={pixels:120e6,side:65535,frames:1000,framePixels:5e8}
async function time(name, n, work){ for(let i=0;i<15;i++) await work(); let best=1e9, sum=0; for(let r=0;r<5;r++){ const c=process.cpuUsage(); const t=performance.now(); for(let i=0;i<n;i++) await work(); const d=process.cpuUsage(c); const ms=(d.user+d.system)/1000/n; best=Math.min(best,ms)}; console.log(name.padEnd(30), best.toFixed(2),'CPU-ms'); return best }
const thumb = await time('thumbnail 300 jpeg', 30, ()=>sharp(path).resize(300).jpeg().toBuffer())
const all = await time('describe', 30, ()=>describe(path,{},limits,async()=>undefined))
console.log('ratio describe/thumbnail', (all/thumb).toFixed(3))
await time('openHeader', 50, ()=>openHeader(path))
await time('prefix', 50, ()=>readPrefix(path))
const {header}=await openHeader(path)
await time('drawRaster', 30, ()=>drawRaster(sharp(path,{failOn:'warning'}),header))
const px=await drawRaster(sharp(path),header); console.log(px.width,px.height)
await time('resample64', 50, ()=>resample(toAverages(px),48,36))

const av=toAverages(px); const small=resample(av,48,36)
await time('colors', 50, ()=>colorsOf(small))
await time('thumbhash', 50, ()=>placeholderOf(small))
await time('raw 400 no alpha', 30, ()=>sharp(path).resize(400,300,{fit:'inside'}).raw().toBuffer())
await time('raw 300 no alpha', 30, ()=>sharp(path).resize(300,225,{fit:'inside'}).raw().toBuffer())
await time('raw 200 no alpha', 30, ()=>sharp(path).resize(200,150,{fit:'inside'}).raw().toBuffer())
await time('raw 300 linear kernel', 30, ()=>sharp(path).resize(300,225,{fit:'inside',kernel:'linear'}).raw().toBuffer())
await time('phash', 50, ()=>perceptualHash(small))
