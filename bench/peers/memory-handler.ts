/** Reference of G5: a bare node:http server that answers every request with the same bytes from memory. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const body = Buffer.alloc(Number(process.env.BODY_BYTES), 1)
const etag = '"bare"'

const server = createServer((request, response) => {
  if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
  else response.writeHead(200, { 'content-type': 'image/webp', 'content-length': body.length, etag }).end(body)
})

process.on('message', () => process.send?.((server.address() as AddressInfo).port))
server.listen(0, '127.0.0.1', () => process.send?.('ready'))
