/** Reference of G14: what sharp alone needs for the same files with the same options, files in and files out. */
import { join } from 'node:path'
import sharp from 'sharp'

export interface ResizeQuestion {
  sources: string[]
  /** Where the results go. */
  folder: string
  width: number
  height: number
  inFlight: number
}

export interface ResizeReply {
  wallMs: number
  bytes: number
}

sharp.concurrency(1)
sharp.cache(false)

process.on('message', (question: ResizeQuestion) => {
  void resizeAll(question).then((reply) => process.send?.(reply))
})
process.send?.('ready')

async function resizeAll({ sources, folder, width, height, inFlight }: ResizeQuestion): Promise<ResizeReply> {
  const started = performance.now()
  let bytes = 0
  let next = 0
  const worker = async () => {
    for (let index = next++; index < sources.length; index = next++) {
      const { size } = await sharp(sources[index], { failOn: 'warning' })
        .resize(width, height, { fit: 'fill' })
        .jpeg({ quality: 85, chromaSubsampling: '4:2:0', optimiseCoding: true })
        .toFile(join(folder, `${index}.jpg`))
      bytes += size
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return { wallMs: performance.now() - started, bytes }
}
