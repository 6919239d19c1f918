/**
 * Reference of SITES-ingest: the least a server can do that takes photos in. A bare node:http server pipes the body to a
 * file, hashes and syncs it, and makes the thumbnail with sharp in its own process before it answers. No keys, no
 * database, no description, nothing between it and a broken decoder.
 */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import sharp from 'sharp'

export interface ThumbnailServerQuestion {
  /** Longest side and JPEG quality. */
  side: number
  quality: number
  /** Thumbnails made at the same time. */
  inFlight: number
}

sharp.concurrency(1)
sharp.cache(false)

let wanted: ThumbnailServerQuestion = { side: 320, quality: 72, inFlight: 1 }
let count = 0
let running = 0
const waiting: (() => void)[] = []

const server = createServer((request, response) => {
  receive(request).then(
    (sha256) => response.writeHead(201).end(sha256),
    (error: Error) => response.writeHead(500).end(error.message),
  )
})

async function receive(request: IncomingMessage): Promise<string> {
  const path = join(process.env.THUMBNAIL_SERVER_FOLDER ?? tmpdir(), `photo-${count++}`)
  const hash = createHash('sha256')
  request.on('data', (chunk) => hash.update(chunk))
  await pipeline(request, createWriteStream(path, { flags: 'wx', flush: true }))
  await inTurn(async () => {
    const { side, quality } = wanted
    const small = sharp(path, { failOn: 'warning' }).autoOrient().resize(side, side, { fit: 'inside' })
    await writeFile(`${path}.jpg`, await small.jpeg({ quality }).toBuffer())
  })
  return hash.digest('hex')
}

async function inTurn(work: () => Promise<void>): Promise<void> {
  if (running >= wanted.inFlight) await new Promise<void>((resolve) => waiting.push(resolve))
  else running += 1
  try {
    await work()
  } finally {
    // The turn goes to whoever waits longest.
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }
}

process.on('message', (question: ThumbnailServerQuestion) => {
  wanted = question
  process.send?.((server.address() as AddressInfo).port)
})
server.listen(0, '127.0.0.1', () => process.send?.('ready'))
