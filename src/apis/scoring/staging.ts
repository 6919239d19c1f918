/**
 * Bytes of pictures between their arrival and their end: in memory while all requests of this node together hold little,
 * else in a work file. Engine children read them from there.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { mediaTypeBytes } from '../../core/assets/media-type.ts'
import { DomainError } from '../../core/errors.ts'
import type { EngineSource } from '../../core/ports.ts'

export interface Staging {
  open(): StagedWriter
  /** Bytes held in memory now. */
  readonly held: number
}

export interface StagedWriter {
  write(bytes: Buffer): Promise<void>
  end(): Promise<StagedBytes>
  discard(): Promise<void>
}

export interface StagedBytes {
  size: number
  /** SHA-256, hex. */
  sha256: string
  /** As many of the first bytes as tell the format. */
  head: Buffer
  /** To read it once; may be asked for again. */
  source(): EngineSource
  /** Keeps the bytes until the function it returns is called, also after `discard`. */
  use(): () => Promise<void>
  /** The bytes are needed no more. */
  discard(): Promise<void>
}

export interface StagingOptions {
  /** Most bytes held in memory together. */
  memoryBytes: number
  /** A fresh path to write to. */
  workFile(): string
}

export function createStaging({ memoryBytes, workFile }: StagingOptions): Staging {
  let held = 0

  function openWriter(): StagedWriter {
    const hash = createHash('sha256')
    let parts: Buffer[] = []
    let [size, inMemory] = [0, 0]
    let head = Buffer.alloc(0)
    let file: { path: string; handle: FileHandle } | undefined
    let uses = 0
    let discarded = false

    async function spill(bytes: Buffer): Promise<void> {
      const path = workFile()
      const handle = await open(path, 'wx', 0o600).catch(notWritten)
      file = { path, handle }
      for (const part of [...parts, bytes]) await handle.writeFile(part).catch(notWritten)
      forget()
    }

    function forget(): void {
      held -= inMemory
      inMemory = 0
      parts = []
    }

    async function drop(): Promise<void> {
      if (!discarded || uses > 0) return
      forget()
      const gone = file
      file = undefined
      if (gone === undefined) return
      await gone.handle.close().catch(() => undefined)
      await rm(gone.path, { force: true })
    }

    async function discard(): Promise<void> {
      discarded = true
      await drop()
    }

    return {
      async write(bytes) {
        if (bytes.length === 0) return
        size += bytes.length
        hash.update(bytes)
        if (head.length < mediaTypeBytes) {
          head = Buffer.concat([head, bytes.subarray(0, mediaTypeBytes - head.length)])
        }
        if (file !== undefined) await file.handle.writeFile(bytes).catch(notWritten)
        else if (held + bytes.length > memoryBytes) await spill(bytes)
        else {
          held += bytes.length
          inMemory += bytes.length
          parts.push(bytes)
        }
      },
      async end() {
        await file?.handle.close()
        const path = file?.path
        return {
          size,
          sha256: hash.digest('hex'),
          head,
          source: () => (path === undefined ? { stream: Readable.from(parts, { objectMode: false }) } : { path }),
          use() {
            uses += 1
            let using = true
            return async () => {
              if (using) uses -= 1
              using = false
              await drop()
            }
          },
          discard,
        }
      },
      discard,
    }
  }

  return {
    open: openWriter,
    get held() {
      return held
    },
  }
}

function notWritten(cause: unknown): never {
  if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') {
    throw new DomainError('storage_full', 'The server has no room left for the image; try again later.', { cause })
  }
  throw cause
}
