/**
 * Words as vectors, to find pictures that show what they say: by the text half of the model that made the pictures' vectors.
 * Its process starts with the first question and ends after a minute without any.
 */
import { access } from 'node:fs/promises'
import { DomainError } from '../../core/errors.ts'
import type { Clock, ModelShelf, WordReader } from '../../core/ports.ts'
import { vectorOf } from '../../core/vision/vector.ts'
import type { Manifest } from './manifest.ts'
import { readManifests } from './manifests.ts'
import { startTextProcess, type TextProcess, textFilesOf } from './text-half.ts'

export interface WordsOptions {
  /** The models folder. */
  folder: string
  shelf: Pick<ModelShelf, 'ready'>
  clock: Clock
  /** How long a process without work stays. */
  idleMs?: number
}

/** Sentences whose vectors are remembered: pages of one search ask again and again. */
const mostRemembered = 200

export function createWordReader({ folder, shelf, clock, idleMs = 60_000 }: WordsOptions): WordReader {
  /** Manifests with a text half by id; read with the first question: most servers are never asked one. */
  let readers: Promise<ReadonlyMap<string, Manifest>> | undefined
  /** By model version and sentence, the least recently used first. */
  const remembered = new Map<string, Promise<number[]>>()
  let running: { version: string; process: TextProcess; idle: NodeJS.Timeout } | undefined

  function end(): void {
    clearTimeout(running?.idle)
    running?.process.end()
    running = undefined
  }

  async function embed(manifest: Manifest, version: string, sentence: string): Promise<number[]> {
    const { id, text } = manifest
    if (text === undefined) throw new Error(`${id} has no text half`)
    const files = textFilesOf(text, folder, id)
    await Promise.all(Object.values(files).map((path) => access(path))).catch((cause: unknown) => {
      const message = `The text half of ${id} is not on this server; run: imagestead models pull ${id}`
      throw new DomainError('unavailable', message, { cause })
    })
    if (running?.version !== version) {
      end()
      running = { version, process: startTextProcess(text, files), idle: setTimeout(end, idleMs).unref() }
    }
    running.idle.refresh()
    return running.process.embed(sentence)
  }

  /** What was asked before costs nothing; what failed is tried anew by the next question. */
  function remember(manifest: Manifest, version: string, sentence: string): Promise<number[]> {
    const name = `${version} ${sentence}`
    const vector = remembered.get(name) ?? embed(manifest, version, sentence)
    remembered.delete(name)
    remembered.set(name, vector)
    vector.catch(() => {
      remembered.delete(name)
      end()
    })
    const [oldest] = remembered.keys()
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest)
    return vector
  }

  return {
    async read(sentence, longestMs) {
      readers ??= readersOf(folder)
      const byId = await readers
      const model = (await shelf.ready()).find(({ id }) => byId.has(id))
      const manifest = byId.get(model?.id ?? '')
      if (model === undefined || manifest === undefined) return undefined
      const version = `${model.id}@${model.sha256.slice(0, 8)}`
      const embedding = await inTime(remember(manifest, version, sentence), longestMs, clock)
      return vectorOf({ embedding, embeddedBy: version, models: [] })
    },
    close: end,
  }
}

async function readersOf(folder: string): Promise<ReadonlyMap<string, Manifest>> {
  const manifests = (await readManifests(folder)).filter(({ task, text }) => task === 'embed' && text !== undefined)
  return new Map(manifests.map((manifest) => [manifest.id, manifest]))
}

/** A large text half takes some seconds to load: whoever asks meanwhile is told to come back. */
async function inTime<T>(work: Promise<T>, longestMs: number, clock: Clock): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = 'The model that reads words is being loaded; try again in a few seconds.'
      reject(new DomainError('overloaded', message, { retryAt: clock.now() + 3000 }))
    }, longestMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
