import sharp from 'sharp'
import { restrictDecoders } from './dist/adapters/engine/child/decoders.js'
restrictDecoders()
const path='/tmp/ingest-m/p.jpg'
async function time(name, n, work){ for(let i=0;i<10;i++) await work(); let best=1e9; for(let r=0;r<4;r++){ const c=process.cpuUsage(); for(let i=0;i<n;i++) await work(); const d=process.cpuUsage(c); const ms=(d.user+d.system)/1000/n; best=Math.min(best,ms)}; console.log(name.padEnd(40), best.toFixed(2),'CPU-ms'); return best }
for (const kernel of ['lanczos3','linear','cubic','nearest']) for (const w of [300,204,192,160,128,103,100,64]) await time(`${kernel} ${w}`, 25, ()=>sharp(path).resize({width:w,height:w,fit:'inside',kernel}).raw().toBuffer())
