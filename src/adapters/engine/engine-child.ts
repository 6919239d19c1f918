/** The parent's side of one engine child: starts it, feeds it one job at a time, notices its end. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { DomainError, toDomainError } from '../../core/errors.ts'
import type {
  EngineResult,
  FilmJoined,
  FilmMaterial,
  FilmSegmentResult,
  ImageFacts,
  LocalFile,
  SourceOpening,
} from '../../core/ports.ts'
import type { ImageDescription } from '../../core/processing/description.ts'
import type { Sight } from '../../core/processing/sight.ts'
import { built } from '../../paths.ts'
import { frameBytes, frameHeader, readFrames } from './child/frames.ts'
import {
  type DescribeWishes,
  type Failure,
  type FilmOrder,
  type FromChild,
  type JoinOrder,
  type Limits,
  type LookWishes,
  type RunOrder,
  type SourcePath,
  sinkPipe,
  sourcePipe,
} from './child/messages.ts'
import type { KnownHeader } from './child/picture.ts'

/** Bytes of a child's last words that are kept for the log. */
const stderrBytes = 4096

export interface ChildOptions {
  limits: Limits
  /** Command that the child is started through, e.g. to cut the network. */
  prefix: readonly string[]
  environment: Record<string, string>
  /** An empty folder. */
  folder: string
}

export type Order =
  | { type: 'inspect'; source: SourcePath; opening: SourceOpening }
  | ({ type: 'describe'; source: SourcePath; opening: SourceOpening } & DescribeWishes)
  | ({ type: 'look'; source: SourcePath; opening: SourceOpening } & LookWishes)
  | { type: 'run'; order: RunOrder }
  | { type: 'film'; order: FilmOrder }
  | { type: 'join'; order: JoinOrder }
export type Answer =
  | { facts: ImageFacts }
  | { description: ImageDescription }
  | { sight: Sight }
  | { filmed: FilmSegmentResult }
  | { joined: FilmJoined }
  | { result: EngineResult; headers?: readonly (KnownHeader | null)[] }

export interface Hooks {
  /** Streams of the sources whose path is null, by index. */
  streams: ReadonlyMap<number, Readable>
  /** Where the bytes of a stream sink go. */
  sink: NodeJS.WritableStream | undefined
  /** Bytes of the budget that the job has already. */
  granted: number
  /** The job has begun: it cannot be given to another child any more. */
  started(): void
  /** Decoding may begin when this resolves. */
  admit(bytes: number): Promise<void>
  /** Of a film. */
  photos?: {
    open: FilmMaterial['photo']
    /** One more is done. */
    passed(): void
  }
}

/** Thrown by `execute` when the process ended under the job. */
export class ChildEnded extends Error {
  override readonly name = 'ChildEnded'
  /** Of a film: the first of the photos that it was reading. */
  readonly photo: number | undefined

  constructor(message: string, photo?: number) {
    super(message)
    this.photo = photo
  }
}

export interface EngineChild {
  readonly pid: number | undefined
  /** Jobs finished so far. */
  readonly jobs: number
  /** False once it was killed or has ended. */
  readonly alive: boolean
  /** Resident bytes after the last job. */
  readonly resident: number
  /** Resolves when it can take orders; rejects with ChildEnded. */
  readonly ready: Promise<void>
  /** Resolves when the process is gone, with its last words. */
  readonly ended: Promise<{ cause: string; stderr: string }>
  /** One at a time. @throws DomainError, ChildEnded */
  execute(order: Order, hooks: Hooks): Promise<Answer>
  kill(): void
}

interface Running {
  id: number
  hooks: Hooks
  resolve(answer: Answer): void
  reject(error: unknown): void
  /** Resolves at the end frame of a stream sink. */
  poured: Promise<void>
  pouredDone(): void
  /** Photos of a film that the child has, or will get. */
  photos: Map<number, Promise<LocalFile | undefined>>
}

export function startChild(options: ChildOptions): EngineChild {
  const [command, ...parameters] = [
    ...options.prefix,
    process.execPath,
    // For sweep.ts; and a child makes few objects, none of which lives long.
    '--expose-gc',
    '--max-semi-space-size=2',
    built('imagestead-child.js'),
    JSON.stringify(options.limits),
  ]
  const child = spawn(command ?? process.execPath, parameters, {
    cwd: options.folder,
    env: options.environment,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe', 'pipe'],
  })
  const pipes: readonly unknown[] = child.stdio
  const sources = pipes[sourcePipe] as Writable
  const sink = pipes[sinkPipe] as Readable
  let running: Running | undefined
  let jobs = 0
  let resident = 0
  let lastId = 0
  let killed = false
  let gone = false

  const stderr = tail(child)
  const ended = new Promise<{ cause: string; stderr: string }>((resolve) => {
    const end = (cause: string) => {
      if (gone) return
      gone = true
      const job = running
      running = undefined
      if (job !== undefined) {
        const [photo] = job.photos.keys()
        letGo(job)
        job.reject(new ChildEnded(cause, photo))
      }
      sources.destroy()
      sink.destroy()
      resolve({ cause, stderr: stderr() })
    }
    child.once('exit', (code, signal) => end(signal === null ? `exit ${code}` : signal))
    child.once('error', (error) => end(error.message))
  })
  const ready = new Promise<void>((resolve, reject) => {
    const onMessage = (message: FromChild) => {
      if (message.type === 'ready') resolve()
      else void handle(message)
    }
    child.on('message', onMessage)
    void ended.then(({ cause }) => reject(new ChildEnded(cause)))
  })
  ready.catch(() => undefined)
  // A pipe that breaks is the child's end, which `exit` reports.
  sources.on('error', () => undefined)
  void drain().catch(() => undefined)

  async function handle(message: Exclude<FromChild, { type: 'ready' }>): Promise<void> {
    const job = running
    if (job === undefined || job.id !== message.id) return
    switch (message.type) {
      case 'started':
        job.hooks.started()
        void feed(job)
        return
      case 'estimate':
        await job.hooks.admit(message.bytes)
        if (running === job) child.send({ type: 'go', id: job.id }, () => undefined)
        return
      case 'inspected':
        finish(message.resident)
        job.resolve({ facts: message.facts })
        return
      case 'described':
        finish(message.resident)
        job.resolve({ description: message.description })
        return
      case 'seen':
        finish(message.resident)
        job.resolve({ sight: message.sight })
        return
      case 'done':
        if (job.hooks.sink !== undefined && !message.result.unchanged) await job.poured
        if (running !== job) return
        finish(message.resident)
        job.resolve(message)
        return
      case 'want':
        void hand(job, message.index)
        return
      case 'passed':
        release(job, message.index)
        job.hooks.photos?.passed()
        return
      case 'filmed':
        finish(message.resident)
        letGo(job)
        job.resolve({ filmed: message.result })
        return
      case 'joined':
        finish(message.resident)
        job.resolve({ joined: message.result })
        return
      case 'failed':
        finish(message.resident)
        letGo(job)
        job.reject(toError(message.failure))
    }
  }

  /** A photo of a film: its file is held until the child has read it. */
  async function hand(job: Running, index: number): Promise<void> {
    try {
      const opening = job.hooks.photos?.open(index) ?? Promise.resolve(undefined)
      job.photos.set(index, opening)
      const file = await opening
      if (running === job) child.send({ type: 'photo', id: job.id, index, path: file?.path ?? null }, () => undefined)
    } catch (error) {
      job.photos.delete(index)
      abandon(job, error)
    }
  }

  function release(job: Running, index: number): void {
    const opening = job.photos.get(index)
    job.photos.delete(index)
    opening?.then((file) => file?.release()).catch(() => undefined)
  }

  function letGo(job: Running): void {
    for (const index of [...job.photos.keys()]) release(job, index)
  }

  function finish(bytes: number): void {
    running = undefined
    jobs += 1
    resident = bytes
  }

  /** Sends the stream sources one after the other, as fast as the child takes them. */
  async function feed(job: Running): Promise<void> {
    try {
      for (const [index, stream] of job.hooks.streams) {
        for await (const chunk of stream) {
          const bytes: Buffer = Buffer.from(chunk)
          for (let at = 0; at < bytes.length; at += frameBytes) {
            if (running !== job) return
            const piece = bytes.subarray(at, at + frameBytes)
            sources.write(frameHeader(job.id, index, piece.length))
            if (!sources.write(piece)) await drained(sources)
          }
        }
        if (running !== job) return
        sources.write(frameHeader(job.id, index, 0))
      }
    } catch (error) {
      // The source failed: the child waits for bytes that never come.
      abandon(job, error)
    }
  }

  /** Fails the job for a reason outside the child, which cannot be used further. */
  function abandon(job: Running, error: unknown): void {
    if (running !== job) return
    running = undefined
    letGo(job)
    kill()
    job.reject(toDomainError(error))
  }

  /** Hands the bytes of stream sinks on, as fast as they are taken. */
  async function drain(): Promise<void> {
    for await (const { job, bytes } of readFrames(sink)) {
      const target = running
      if (target === undefined || target.id !== job || target.hooks.sink === undefined) continue
      if (bytes === undefined) target.pouredDone()
      else await pour(bytes, target.hooks.sink).catch((error: unknown) => abandon(target, error))
    }
  }

  return {
    pid: child.pid,
    get jobs() {
      return jobs
    },
    get alive() {
      return !killed && !gone
    },
    get resident() {
      return resident
    },
    ready,
    ended,
    execute(order, hooks) {
      return new Promise((resolve, reject) => {
        if (gone) return reject(new ChildEnded('it had ended before'))
        lastId = (lastId + 1) >>> 0
        let pouredDone = () => {}
        const poured = new Promise<void>((done) => {
          pouredDone = done
        })
        running = { id: lastId, hooks, resolve, reject, poured, pouredDone, photos: new Map() }
        // A failed send means that the child is ending: `exit` follows.
        child.send({ ...order, id: lastId, granted: hooks.granted }, () => undefined)
      })
    },
    kill,
  }

  function kill(): void {
    killed = true
    child.kill('SIGKILL')
  }
}

/** Writes to a sink and resolves when it takes more; rejects when it will not. */
async function pour(bytes: Buffer, stream: NodeJS.WritableStream): Promise<void> {
  if (stream.writable && !stream.write(bytes)) await drained(stream)
  if (!stream.writable) throw new DomainError('cancelled', 'The receiver of the image is gone.')
}

/** Resolves when the stream takes more, or never will. */
function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'close', 'error']
    const done = () => {
      for (const event of events) stream.off(event, done)
      resolve()
    }
    for (const event of events) stream.on(event, done)
  })
}

function toError({ code, message, param, detail }: Failure): DomainError {
  return new DomainError(code, message, {
    ...(param === undefined ? {} : { param }),
    ...(detail === undefined ? {} : { cause: new Error(detail) }),
  })
}

/** Keeps the last of what the child says on stderr: decoders chatter there. */
function tail(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-stderrBytes)
  })
  return () => text
}
