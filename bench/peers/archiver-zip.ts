/** Competitor of G11: the usual way to send a ZIP in Node, archiver with stored entries piped into a node:http answer. */
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ZipArchive } from 'archiver'

const folder = process.env.ARCHIVER_FOLDER ?? '.'

const server = createServer((_request, response) => {
  const archive = new ZipArchive({ store: true })
  archive.on('error', () => response.destroy())
  archive.pipe(response)
  for (const name of readdirSync(folder)) archive.file(join(folder, name), { name })
  void archive.finalize()
})

process.on('message', () => process.send?.((server.address() as AddressInfo).port))
server.listen(0, '127.0.0.1', () => process.send?.('ready'))
