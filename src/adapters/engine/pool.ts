/**
 * An ImageEngine as a pool of child processes: a picture that crashes or hangs its decoder takes down one child and
 * fails one job. Children start on demand, run one job at a time and end when idle.
 */
import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { DomainError, toDomainError } from '../../core/errors.ts'
import type { Lane } from '../../core/jobs/records.ts'
import type { EngineOptions, EngineSource, FilmMaterial, ImageEngine, SourceOpening } from '../../core/ports.ts'
import { createBudget, createLanes } from './admission.ts'
import type { DescribeWishes, Limits, LookWishes, SourcePath } from './child/messages.ts'
import { formatOf } from './child/sniff.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import { type Answer, ChildEnded, type EngineChild, type Order, startChild } from './engine-child.ts'
import { type Ffmpeg, findFfmpeg } from './ffmpeg.ts'
import { missingFontPackages, writeFontsConf } from './fonts.ts'
import { createHeaders } from './headers.ts'
import { networkCut } from './network.ts'

/** What a job has of the budget from the start, where there is room: most need no more, and need not ask. */
const granted = 80 * 1024 * 1024
/** How often a job that no child has begun is given to another one. */
const starts = 3

export interface PoolOptions {
  /** Most children, and so jobs running at once. */
  workers: number
  /** Jobs that may wait, per lane. */
  queue: number
  /** Budget of estimated bytes over the running jobs. */
  memoryBytes: number
  /** A child is replaced after this many jobs … */
  childJobs: number
  /** … or when it holds more than this after a job. */
  childBytes: number
  /** An idle child ends after this time. */
  idleMs: number
  limits: Limits
  /** For the children's empty working folder and the font cache. */
  workDir: string
  /** Path of ffmpeg, `auto` (on the PATH) or `off`. Default: off. */
  ffmpeg?: string
  log?: EngineLog
}

/** The part of a logger that the engine uses. */
export interface EngineLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

interface Slot {
  child: EngineChild
  busy: boolean
  idle: NodeJS.Timeout | undefined
}

/** Of a film. */
interface Photos {
  open: FilmMaterial['photo']
  onProgress: ((photos: number) => void) | undefined
}

interface Ticket {
  order: Order
  streams: ReadonlyMap<number, Readable>
  sink: NodeJS.WritableStream | undefined
  options: EngineOptions
  photos: Photos | undefined
  attempts: number
  resolve(answer: Answer): void
  reject(error: DomainError): void
  /** Set while a child works on it. */
  stop: ((error: DomainError) => void) | undefined
}

/** `budget` and `headers` may be shared with another pool. */
export function createPool(
  options: PoolOptions,
  budget = createBudget(options.memoryBytes),
  headers = createHeaders(),
): ImageEngine {
  const { workers, log } = options
  const lanes = createLanes<Ticket>()
  const slots = new Set<Slot>()
  // At the first child: asking the system how to cut the network takes a while.
  let prepared: ReturnType<typeof prepare> | undefined
  let restarts = 0
  let closed = false
  let ffmpeg: Promise<Ffmpeg | undefined> | undefined
  /** Moving average of a job's time, for retryAt. */
  let averageMs = 200

  return {
    async inspect(source, engineOptions) {
      const answer = await read({ type: 'inspect' }, source, engineOptions)
      if ('facts' in answer) return answer.facts
      throw wrongAnswer()
    },
    async describe(source, engineOptions, thumbnail) {
      const answer = await read({ type: 'describe', thumbnail }, source, engineOptions)
      if ('description' in answer) return answer.description
      throw wrongAnswer()
    },
    async look(source, models, engineOptions, degradation) {
      const answer = await read({ type: 'look', models, degradation }, source, engineOptions)
      if ('sight' in answer) return answer.sight
      throw wrongAnswer()
    },
    formatOf,
    async run(job, sink, engineOptions) {
      const { operations, output, tolerant, fonts = [], models = [] } = job
      const { paths, openings, streams } = split(job.sources)
      const stream = 'stream' in sink ? sink.stream : undefined
      const target = 'path' in sink ? sink.path : null
      const { lane } = engineOptions
      const known = headers.of(job.sources)
      const order = {
        operations,
        output,
        tolerant,
        fonts,
        models,
        sources: paths,
        openings,
        sink: target,
        lane,
        headers: known,
      }
      const answer = await submit({ type: 'run', order }, streams, stream, engineOptions).catch(async (error) => {
        // A child that was killed may have begun to write.
        if ('path' in sink) await rm(sink.path, { force: true })
        throw error
      })
      if (!('result' in answer)) throw wrongAnswer()
      headers.learn(job.sources, answer.headers)
      // An unchanged result wrote nothing: the stream stays open, for the caller to decide.
      if (!answer.result.unchanged) stream?.end()
      return answer.result
    },
    async filmSegment(segment, material, filmOptions) {
      const { path, posterPath, images } = material
      const program = (await findProgram())?.path
      const { careful = false, onProgress } = filmOptions
      const order = { segment, images, sink: path, posterSink: posterPath, ffmpeg: program, careful }
      const photos = { open: material.photo, onProgress }
      const answer = await submit({ type: 'film', order }, new Map(), undefined, filmOptions, photos).catch(
        async (error) => {
          await Promise.all([path, posterPath].map((left) => rm(left, { force: true })))
          throw error
        },
      )
      if (!('filmed' in answer)) throw wrongAnswer()
      if (answer.filmed.facts === null) await rm(path, { force: true })
      return answer.filmed
    },
    async joinFilm(join, segments, { path }, engineOptions) {
      const order = { join, segments, sink: path }
      const answer = await submit({ type: 'join', order }, new Map(), undefined, engineOptions).catch(async (error) => {
        await rm(path, { force: true })
        throw error
      })
      if (!('joined' in answer)) throw wrongAnswer()
      return answer.joined
    },
    async filmAbilities() {
      const found = await findProgram()
      const encoders = {
        mp4: found?.x264 ? ('x264' as const) : ('h264' as const),
        webm: found?.vp9 ? ('vp9' as const) : null,
        webp: 'webp' as const,
        gif: 'gif' as const,
      }
      return { ffmpeg: found?.version ?? null, encoders }
    },
    warm() {
      if (!closed && slots.size < workers && ![...slots].some((slot) => !slot.busy)) rest(open())
    },
    admit(lane) {
      if (closed || full(lane)) throw overloaded()
    },
    stats: () => ({
      children: slots.size,
      running: [...slots].filter((slot) => slot.busy).length,
      waiting: lanes.waiting(),
      restarts,
      queuedBytes: budget.bytes,
    }),
    async close() {
      closed = true
      for (let ticket = lanes.next(); ticket !== undefined; ticket = lanes.next()) ticket.reject(overloaded())
      const children = [...slots].map((slot) => slot.child)
      for (const slot of slots) drop(slot)
      await Promise.all(children.map((child) => child.ended))
    },
  }

  /** Looked for once. */
  function findProgram(): Promise<Ffmpeg | undefined> {
    ffmpeg ??= findFfmpeg(options.ffmpeg ?? 'off', log)
    return ffmpeg
  }

  /** An order that reads one source and writes nothing. */
  function read(
    what: { type: 'inspect' } | ({ type: 'describe' } & DescribeWishes) | ({ type: 'look' } & LookWishes),
    source: EngineSource,
    engineOptions: EngineOptions,
  ): Promise<Answer> {
    const { paths, openings, streams } = split([source])
    const order = { ...what, source: paths[0] ?? null, opening: openings[0] ?? {} }
    return submit(order, streams, undefined, engineOptions)
  }

  function submit(
    order: Order,
    streams: Ticket['streams'],
    sink: Ticket['sink'],
    engineOptions: EngineOptions,
    photos?: Photos,
  ): Promise<Answer> {
    const { lane, signal, sheds } = engineOptions
    if (signal?.aborted) return Promise.reject(cancelled(signal))
    if (closed || (sheds !== false && full(lane))) return Promise.reject(overloaded())
    return new Promise<Answer>((resolve, reject) => {
      const stop = (error: DomainError) => {
        if (lanes.remove(lane, ticket)) ticket.reject(error)
        else ticket.stop?.(error)
      }
      const onAbort = () => stop(cancelled(signal))
      // From now on, not from the first byte: an error without a listener would end the server.
      const onStreamError = (error: unknown) => stop(toDomainError(error))
      const watched = sink === undefined ? [...streams.values()] : [...streams.values(), sink]
      const settled = () => signal?.removeEventListener('abort', onAbort)
      const ticket: Ticket = {
        order,
        streams,
        sink,
        options: engineOptions,
        photos,
        attempts: 0,
        resolve: (answer) => {
          settled()
          resolve(answer)
        },
        reject: (error) => {
          settled()
          reject(error)
        },
        stop: undefined,
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      for (const stream of watched) stream.on('error', onStreamError)
      lanes.add(lane, ticket)
      pump()
    })
  }

  /** Gives waiting jobs to children, as long as there are any. */
  function pump(): void {
    while (!closed && lanes.size > 0) {
      const slot = [...slots].find((candidate) => !candidate.busy) ?? (slots.size < workers ? open() : undefined)
      const ticket = slot === undefined ? undefined : lanes.next()
      if (slot === undefined || ticket === undefined) return
      slot.busy = true
      clearTimeout(slot.idle)
      void work(slot, ticket)
    }
  }

  /** Runs one job in one child. Never rejects. */
  async function work(slot: Slot, ticket: Ticket): Promise<void> {
    const { child } = slot
    const { options: engineOptions } = ticket
    let begun = false
    let stopped: DomainError | undefined
    let release = () => {}
    let deadline: Deadline | undefined
    let passed = 0
    ticket.attempts += 1
    ticket.stop = (error) => {
      stopped ??= error
      child.kill()
    }
    try {
      await child.ready
      const early = budget.take(granted)
      release = early?.release ?? release
      const clock = createDeadline(engineOptions.deadlineMs, () => {
        const seconds = Math.round(engineOptions.deadlineMs / 100) / 10
        ticket.stop?.(new DomainError('timed_out', `The image took longer than the ${seconds} s allowed.`))
      })
      deadline = clock
      const answer = await child.execute(ticket.order, {
        streams: ticket.streams,
        sink: ticket.sink,
        granted: early === undefined ? 0 : granted,
        started: () => {
          begun = true
        },
        async admit(bytes) {
          // A larger estimate stands in the place of the last one; waiting for more while holding some could block all.
          release()
          const reservation = budget.reserve(bytes)
          release = reservation.release
          // Waiting for memory is waiting for a child.
          clock.pause()
          await reservation.granted
          clock.resume()
        },
        ...(ticket.photos === undefined
          ? {}
          : {
              photos: {
                open: ticket.photos.open,
                passed: () => {
                  clock.restart()
                  passed += 1
                  ticket.photos?.onProgress?.(passed)
                },
              },
            }),
      })
      averageMs += (clock.elapsed() - averageMs) / 8
      ticket.resolve(answer)
    } catch (error) {
      fail(ticket, stopped, begun, error)
    } finally {
      ticket.stop = undefined
      deadline?.stop()
      release()
      settle(slot)
      pump()
    }
  }

  function fail(ticket: Ticket, stopped: DomainError | undefined, begun: boolean, error: unknown): void {
    const { photo = undefined } = error instanceof ChildEnded ? error : {}
    const param = photo === undefined ? {} : { param: `frames[${photo}]` }
    if (stopped !== undefined)
      ticket.reject(new DomainError(stopped.code, stopped.message, { ...param, cause: stopped.cause }))
    else if (error instanceof DomainError) ticket.reject(error)
    else if (closed) ticket.reject(overloaded())
    else if (error instanceof ChildEnded && !begun && ticket.attempts < starts) {
      lanes.addFirst(ticket.options.lane, ticket)
    } else {
      const message = begun
        ? 'The image crashed the decoder. Other images are not affected.'
        : 'The image engine could not be started. Try again; if it stays, report the request id.'
      ticket.reject(new DomainError('internal', message, { ...param, cause: error }))
    }
  }

  /** After a job: the child rests, or goes when it is dead, worn out or too large. */
  function settle(slot: Slot): void {
    const worn = slot.child.jobs >= options.childJobs || slot.child.resident > options.childBytes
    if (slot.child.alive && !worn && !closed) {
      rest(slot)
    } else {
      restarts += 1
      drop(slot)
    }
  }

  function rest(slot: Slot): void {
    slot.busy = false
    slot.idle = setTimeout(() => drop(slot), options.idleMs).unref()
  }

  function drop(slot: Slot): void {
    clearTimeout(slot.idle)
    slots.delete(slot)
    slot.child.kill()
  }

  function open(): Slot {
    prepared ??= prepare(options)
    const child = startChild(prepared)
    const slot: Slot = { child, busy: false, idle: undefined }
    slots.add(slot)
    void child.ended.then(({ cause, stderr }) => {
      const expected = !slots.has(slot)
      if (!expected) {
        log?.warn({ pid: child.pid, cause, stderr }, 'an engine child ended unexpectedly')
        // A busy one is dropped when its job is settled.
        if (!slot.busy) drop(slot)
      }
    })
    return slot
  }

  /** No more work of this lane is taken: every child is busy and the lane is full. */
  function full(lane: Lane): boolean {
    const busy = [...slots].filter((slot) => slot.busy).length
    return lanes.waiting()[lane] >= options.queue && (busy >= workers || lanes.size > 0)
  }

  function overloaded(): DomainError {
    const waitMs = (averageMs * (lanes.size + 1)) / workers
    const retryAt = Date.now() + Math.min(30_000, Math.max(1000, waitMs))
    return new DomainError('overloaded', 'The server is processing as many images as it can. Try again later.', {
      retryAt,
    })
  }
}

function wrongAnswer(): DomainError {
  return new DomainError('internal', 'The engine gave the wrong answer.')
}

function cancelled(signal: AbortSignal | undefined): DomainError {
  return new DomainError('cancelled', 'The image processing was cancelled.', { cause: signal?.reason })
}

/** Paths as they are; streams as null and by index. */
function split(sources: readonly EngineSource[]) {
  const streams = new Map<number, Readable>()
  const paths: SourcePath[] = []
  const openings: SourceOpening[] = []
  for (const [index, source] of sources.entries()) {
    if ('stream' in source) streams.set(index, source.stream)
    paths.push('path' in source ? source.path : null)
    const { page, password } = source
    openings.push({ ...(page === undefined ? {} : { page }), ...(password === undefined ? {} : { password }) })
  }
  return { paths, openings, streams }
}

/** Folders, fonts and the clean environment of the children: none of the server's own variables. */
function prepare(options: PoolOptions): Parameters<typeof startChild>[0] {
  const folder = join(options.workDir, 'engine', 'empty')
  mkdirSync(folder, { recursive: true })
  const prefix = networkCut()
  options.log?.info({ network: prefix === undefined ? 'open' : 'cut' }, 'image engine prepared')
  const missing = missingFontPackages()
  if (missing.length > 0) options.log?.warn({ missing }, 'font packages are not installed: run npm ci')
  return {
    limits: options.limits,
    prefix: prefix ?? [],
    folder,
    environment: {
      // Few threads work at once here: one arena holds 20 to 30 MB less than two, the usual number twice as much (bench G9).
      MALLOC_ARENA_MAX: '1',
      // Frames and buffers go back to the system at once: otherwise the bounds grow with what is freed, up to 32 MB, and
      // a child keeps 15 to 25 MB more (bench G9). No measurable CPU.
      MALLOC_MMAP_THRESHOLD_: '1048576',
      MALLOC_TRIM_THRESHOLD_: '1048576',
      UV_THREADPOOL_SIZE: '6',
      VIPS_WARNING: '0',
      TZ: 'UTC',
      FONTCONFIG_FILE: writeFontsConf(join(options.workDir, 'engine', 'fonts')),
      ...(process.env.SystemRoot === undefined ? {} : { SystemRoot: process.env.SystemRoot }),
    },
  }
}
