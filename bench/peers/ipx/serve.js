// ipx as its documentation sets it up, on a free port, over one folder.
import { createServer } from 'node:http'
import { createIPX, createIPXNodeServer, ipxFSStorage } from 'ipx'

const ipx = createIPX({ storage: ipxFSStorage({ dir: process.env.IPX_FOLDER }) })
const server = createServer(createIPXNodeServer(ipx))
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }))
