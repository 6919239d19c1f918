/** Reference of G1: what sharp alone needs to make the same pictures, each width once, files in and buffers out. */
import sharp from 'sharp'

export interface ConvertQuestion {
  source: string
  widths: number[]
  format: 'jpeg' | 'webp'
  inFlight: number
}

export interface ConvertReply {
  wallMs: number
  bytes: number
}

sharp.concurrency(1)
sharp.cache(false)

process.on('message', (question: ConvertQuestion) => {
  void convertAll(question).then((reply) => process.send?.(reply))
})
process.send?.('ready')

async function convertAll({ source, widths, format, inFlight }: ConvertQuestion): Promise<ConvertReply> {
  const started = performance.now()
  let bytes = 0
  let next = 0
  const worker = async () => {
    for (let index = next++; index < widths.length; index = next++) {
      const image = sharp(source, { failOn: 'warning' }).resize(widths[index])
      const made = format === 'jpeg' ? image.jpeg({ quality: 80 }) : image.webp({ quality: 80, effort: 2 })
      // Added after the wait: another worker may have added meanwhile.
      const { length } = await made.toBuffer()
      bytes += length
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return { wallMs: performance.now() - started, bytes }
}
