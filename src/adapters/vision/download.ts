/**
 * Fetches one large file to disk so that a dropped connection costs only what had not come: the part that came stays, and
 * the next attempt, in this process or a later one, asks for the rest.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { DomainError } from '../../core/errors.ts'
import type { Fetched, Fetcher } from '../../core/ports.ts'

export interface DownloadOptions {
  fetcher: Pick<Fetcher, 'fetch'>
  url: string
  /** Where the file shall lie, whole or not at all. */
  path: string
  /** Checks the whole file before it gets its place; throws when it is not the right one. */
  check(path: string): Promise<void>
  onProgress?: (received: number, total: number | undefined) => void
  signal?: AbortSignal
  /** Between attempts; default 1 s, growing. */
  pauseMs?: number
}

const maxBytes = 8 * 2 ** 30
const timeoutMs = 6 * 60 * 60 * 1000
/** Attempts in a row that bring nothing new. */
const vainAttempts = 4

const state = z.object({ url: z.string(), etag: z.string().optional() })
type State = z.infer<typeof state>

/** @throws DomainError fetch_failed, conflict (another process fetches the same file), storage_full; what `check` throws */
export async function download(options: DownloadOptions): Promise<void> {
  const { path, check, signal } = options
  const part = `${path}.part`
  await mkdir(dirname(path), { recursive: true })
  const release = await holdAlone(`${part}.lock`)
  try {
    for (let vain = 0; ; ) {
      const before = await sizeOf(part)
      try {
        await attempt(options, part)
        break
      } catch (error) {
        if (!(error instanceof DomainError) || !isPassing(error) || signal?.aborted) throw error
        vain = (await sizeOf(part)) > before ? 0 : vain + 1
        if (vain === vainAttempts) throw error
        await pause((options.pauseMs ?? 1000) * 2 ** vain, undefined, { signal })
      }
    }
    try {
      await check(part)
    } catch (error) {
      await rm(part, { force: true })
      throw error
    }
    await rename(part, path)
    await rm(`${part}.json`, { force: true })
  } finally {
    await release()
  }
}

async function attempt({ fetcher, url, onProgress, signal }: DownloadOptions, part: string): Promise<void> {
  const known = await readState(`${part}.json`)
  const have = known?.url === url ? await sizeOf(part) : 0
  const headers: Record<string, string> = have === 0 ? {} : { range: `bytes=${have}-` }
  if (have > 0 && known?.etag !== undefined) headers['if-range'] = known.etag
  const answer = await fetcher.fetch(url, { headers, maxBytes, timeoutMs, redirects: 5, ...(signal && { signal }) })
  const start = answer.status === 206 ? startOf(answer) : 0
  if (answer.status === 416 || (answer.status === 206 && start !== have)) {
    answer.body.destroy()
    await rm(part, { force: true })
    throw new DomainError('unavailable', `${url} has changed meanwhile; it is fetched from its beginning.`)
  }
  if (answer.status !== 200 && answer.status !== 206) {
    answer.body.destroy()
    const code = answer.status >= 500 || answer.status === 429 ? 'unavailable' : 'not_found'
    throw new DomainError(code, `${url} answers ${answer.status}.`)
  }
  const { etag } = answer.headers
  // Weak marks do not promise the same bytes.
  const lasting = etag !== undefined && !etag.startsWith('W/') ? { etag } : {}
  await writeFile(`${part}.json`, JSON.stringify({ url, ...lasting } satisfies State))
  await receive(answer, part, start, onProgress)
}

async function receive(
  answer: Fetched,
  part: string,
  start: number,
  onProgress: DownloadOptions['onProgress'],
): Promise<void> {
  const length = answer.headers['content-length']
  const total = length === undefined ? undefined : start + Number(length)
  let received = start
  const count = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      received += chunk.length
      onProgress?.(received, total)
      yield chunk
    }
  }
  try {
    await pipeline(answer.body, count, createWriteStream(part, { flags: start === 0 ? 'w' : 'a' }))
  } catch (error) {
    if (isFull(error)) throw new DomainError('storage_full', `There is no room left for ${part}.`, { cause: error })
    if (error instanceof DomainError) throw error
    throw new DomainError('unavailable', `The connection ended after ${received} bytes.`, { cause: error })
  }
  if (total !== undefined && received < total) {
    throw new DomainError('unavailable', `The connection ended after ${received} of ${total} bytes.`)
  }
}

/** Worth another attempt. */
function isPassing({ code }: DomainError): boolean {
  return code === 'unavailable' || code === 'fetch_failed' || code === 'timed_out'
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC'
}

function startOf({ headers }: Fetched): number {
  return Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1] ?? Number.NaN)
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}

async function readState(path: string): Promise<State | undefined> {
  try {
    return state.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

/** Two processes that append to one file would spoil it. A lock whose process is gone from this machine counts for nothing. */
async function holdAlone(path: string): Promise<() => Promise<void>> {
  const owner = `${hostname()} ${process.pid}`
  for (let taken = false; ; taken = true) {
    try {
      const file = await open(path, 'wx')
      await file.writeFile(owner)
      await file.close()
      return () => rm(path, { force: true })
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error
      const holder = (await readFile(path, 'utf8').catch(() => '')).split(' ')
      if (taken || holder[0] !== hostname() || isAlive(Number(holder[1]))) {
        throw new DomainError('conflict', `Another process fetches this file; if none does, delete ${path}.`)
      }
      await rm(path, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
