/** Limit of G11: reads the files and computes their CRC-32, which no ZIP writer that reads the bytes can undercut. */
import { readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

process.on('message', ({ files }: { files: string[] }) => {
  void read(files).then((reply) => process.send?.(reply))
})
process.send?.('ready')

async function read(files: string[]): Promise<{ wallMs: number; bytes: number }> {
  const started = performance.now()
  let bytes = 0
  for (const path of files) {
    const content = await readFile(path)
    crc32(content)
    bytes += content.length
  }
  return { wallMs: performance.now() - started, bytes }
}
