/** `GET /v1/download/{task}` (tasks-api.md section 7): one output as itself, several as a ZIP; with length, ranges and HEAD. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { DomainError } from '../../core/errors.ts'
import type { ByteRange } from '../../core/ports.ts'
import { mediaTypes } from '../../core/processing/operations.ts'
import { outputStreams } from '../../core/tasks/encryption.ts'
import { requireTask } from '../../core/tasks/find.ts'
import type { Task, TaskOutput } from '../../core/tasks/records.ts'
import { layoutZip, zipStream } from '../../core/zip.ts'
import { attachment } from '../../http/content-disposition.ts'
import { parseRange } from '../../http/ranges.ts'
import { outgoing, storedBytesHeaders } from '../../http/stored-bytes.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { namedOutputs } from './resource.ts'

interface Download {
  type: string
  etag: string
  size: number
  open(range: ByteRange | undefined): Promise<Readable>
}

async function download(context: EndpointContext) {
  const { api, caller, request, reply, params } = context
  const task = await requireTask(api.deps, caller, String(params.task))
  checkReady(task)
  const body = openDownload(context, task, await api.deps.store.read.tasks.outputs(task.id))
  const range = askedRange(context, body)
  const length = range === undefined ? body.size : range.end - range.start + 1

  reply.code(range === undefined ? 200 : 206).headers(storedBytesHeaders)
  reply.header('content-type', body.type)
  reply.header('content-length', length)
  reply.header('accept-ranges', 'bytes')
  reply.header('cache-control', 'private, no-store')
  reply.header('etag', body.etag)
  if (range !== undefined) reply.header('content-range', `bytes ${range.start}-${range.end}/${body.size}`)
  // Clients look for these letters exactly (section 0, rule 11).
  reply.raw.setHeader('Content-Disposition', attachment(task.downloadFilename))
  return reply.send(request.method === 'HEAD' ? Readable.from([]) : outgoing(await body.open(range)))
}

/** @throws DomainError range_not_satisfiable, with the header that tells the size */
function askedRange({ request, reply }: EndpointContext, { etag, size }: Download): ByteRange | undefined {
  try {
    return parseRange(request.headers.range, header(request.headers['if-range']), etag, size)
  } catch (error) {
    reply.header('content-range', `bytes */${size}`)
    throw error
  }
}

function checkReady(task: Task): void {
  if (task.status === 'TaskSuccess' || task.status === 'TaskSuccessWithWarnings') return
  const reason = {
    TaskWaiting: 'The task is not processed yet (TaskWaiting); call /v1/process first.',
    TaskProcessing:
      'The task is still being processed (TaskProcessing); ask for its status and download when it is done.',
    TaskError: 'The task failed (TaskError), there is nothing to download; its status tells why for each file.',
  }[task.status]
  throw new DomainError('conflict', reason, { param: 'task' })
}

function openDownload({ api, caller }: EndpointContext, task: Task, outputs: TaskOutput[]): Download {
  // Before anything is answered: a wrong key gives no headers either.
  const blobs = outputStreams(api.deps, task, caller.fileKey)
  const [only] = outputs
  if (outputs.length === 1 && only !== undefined) {
    return {
      type: mediaTypes[only.format],
      etag: `"${only.blob.split('/').at(-1)}"`,
      size: only.size,
      open: (range) => blobs.get(only.blob, { ...(range === undefined ? {} : { range }), signal: caller.signal }),
    }
  }
  const layout = layoutZip(
    namedOutputs(task, outputs).map(({ name, size, crc32 }) => ({ name, size, crc32, modified: task.updated })),
  )
  return {
    type: 'application/zip',
    etag: `"${createHash('sha256')
      .update(`${task.updated} ${outputs.map(({ blob }) => blob).join(' ')}`)
      .digest('hex')
      .slice(0, 32)}"`,
    size: layout.length,
    async open(range) {
      const openEntry = (index: number, part: ByteRange | undefined, signal: AbortSignal) =>
        blobs.get(outputs[index]?.blob ?? '', { ...(part === undefined ? {} : { range: part }), signal })
      return zipStream(layout, openEntry, range)
    },
  }
}

const header = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value)

export const downloadEndpoints: Endpoint[] = [
  { method: 'GET', path: '/download/:task', level: 'read', handle: download },
]
