/** Uploads by URL (`cloud_file`, tasks-api.md section 4.1): fetched through the guard, stored like any upload. */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import type { TaskDeps } from './deps.ts'
import type { TaskFile } from './records.ts'
import { addUpload, storeUpload } from './upload.ts'

interface UrlUpload {
  task: string
  url: string
  /** Sent as `Authorization: Bearer …` to the source. */
  token?: string
  filename?: string
}

/** Most bytes fetched when uploads are unlimited. */
const unlimited = 1024 ** 4

export async function addUploadFromUrl(deps: TaskDeps, caller: Caller, upload: UrlUpload): Promise<TaskFile> {
  // The live service's words (section 4.1).
  if (!URL.canParse(upload.url)) throw refused('Cloud File is not a valid URL.')
  if (deps.isOwnUrl(upload.url)) {
    const own = await deps.readOwnUrl(upload.url, caller.signal).catch(asRefusal)
    const stored = await storeUpload(deps, caller, own.body).finally(() => own.body.destroy())
    return addUpload(deps, caller, upload.task, stored, upload.filename ?? own.name)
  }
  deps.fetcher.check(upload.url)
  const answer = await deps.fetcher.fetch(upload.url, {
    maxBytes: deps.maxUploadBytes || unlimited,
    timeoutMs: deps.fetchTimeoutMs,
    signal: caller.signal,
    headers: upload.token === undefined ? {} : { authorization: `Bearer ${upload.token}` },
  })
  const redirectedHere = deps.isOwnUrl(answer.url)
  if (redirectedHere || answer.status < 200 || answer.status > 299) {
    answer.body.on('error', () => undefined).destroy()
    if (redirectedHere) throw ownUrl()
    throw refused(`The URL answered with status ${answer.status}; it must give the image with 200.`)
  }
  const stored = await storeUpload(deps, caller, answer.body).finally(() => answer.body.destroy())
  return addUpload(deps, caller, upload.task, stored, upload.filename ?? nameOf(answer.url))
}

const refused = (message: string) => new DomainError('fetch_failed', message, { param: 'cloud_file' })

const ownUrl = () =>
  refused('This URL is an address of this server itself; give the address of an image elsewhere, or upload the file.')

/** As the refusal of any other URL: the parameter is named. */
function asRefusal(error: unknown): never {
  if (error instanceof DomainError && error.code === 'fetch_failed') throw refused(error.message)
  throw error
}

/** Last path segment of a URL. */
function nameOf(url: string): string {
  const segment = new URL(url).pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
