/** Reference of G6: a bare node:http server that pipes the request's body to a file and syncs it. No hash, no parser. */
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

let count = 0

const server = createServer((request, response) => {
  const path = join(process.env.RAW_UPLOAD_FOLDER ?? tmpdir(), `upload-${count++}`)
  pipeline(request, createWriteStream(path, { flags: 'wx', flush: true })).then(
    () => response.end(),
    (error: Error) => response.writeHead(500).end(error.message),
  )
})

process.on('message', () => process.send?.((server.address() as AddressInfo).port))
server.listen(0, '127.0.0.1', () => process.send?.('ready'))
