/** The message loop of a child: takes one order, collects its bytes, runs it, hands over the result, reports. */
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import type { EngineResult } from '../../../core/ports.ts'
import type { ModelFailure } from '../../../core/processing/sight.ts'
import { restrictDecoders } from './decoders.ts'
import { describe } from './describe/describe.ts'
import { breaksChild, toFailure } from './failures.ts'
import { frameBytes, frameHeader, readFrames } from './frames.ts'
import { readHeader, toFacts } from './header.ts'
import { measure } from './measure.ts'
import {
  type FromChild,
  type Limits,
  type RunOrder,
  type SourcePath,
  sinkPipe,
  sourcePipe,
  type ToChild,
} from './messages.ts'
import type { Context, Encoded, Input, KnownHeader } from './picture.ts'
import { runPipeline } from './pipeline.ts'
import { createSweep } from './sweep.ts'
import { createSessions } from './vision/sessions.ts'

type Run = Extract<ToChild, { type: 'run' }>
type Film = Extract<ToChild, { type: 'film' | 'join' }>
type Picture = Exclude<ToChild, Film | { type: 'go' | 'photo' }>

interface Current {
  id: number
  /** Pieces of each stream source so far. */
  pieces: Map<number, Buffer[]>
  arrived: Map<number, (bytes: Buffer) => void>
  go: (() => void) | undefined
  /** Photos of a film that are on their way. */
  photos: Map<number, (path: string | null) => void>
}

/** Serves orders until the parent is gone. */
export function serve(limits: Limits): void {
  restrictDecoders()
  const sweep = createSweep()
  const sink = new Socket({ fd: sinkPipe, readable: false, writable: true })
  const sessions = createSessions()
  let current: Current | undefined

  process.on('message', (message: ToChild) => {
    if (message.type === 'go') {
      if (current?.id === message.id) current.go?.()
      return
    }
    if (message.type === 'photo') {
      if (current?.id === message.id) current.photos.get(message.index)?.(message.path)
      return
    }
    current = { id: message.id, pieces: new Map(), arrived: new Map(), go: undefined, photos: new Map() }
    if (message.type === 'film' || message.type === 'join') return void answerFilm(message, current)
    void answer(message, current)
  })
  process.on('disconnect', end)
  void receive(new Socket({ fd: sourcePipe, readable: true, writable: false }))
  send({ type: 'ready' })

  async function answer(message: Picture, job: Current): Promise<void> {
    const { id } = job
    const sources = message.type === 'run' ? message.order.sources : [message.source]
    // A font that the renderer once learned of stays, and would lend its letters to the texts of others.
    const spent = message.type === 'run' && (message.order.fonts?.length ?? 0) > 0
    // Before `started`: the parent sends bytes as soon as it has read that.
    const collected = collect(sources, job)
    send({ type: 'started', id })
    try {
      const inputs = await collected
      if (message.type === 'inspect') {
        const [input] = inputs
        if (input === undefined) throw new Error('inspect without a source')
        const facts = toFacts(await readHeader(input, message.opening))
        send({ type: 'inspected', id, facts, resident: sweep() })
      } else if (message.type === 'describe') {
        const [input] = inputs
        if (input === undefined) throw new Error('describe without a source')
        const { description, broken } = await describe(
          input,
          message.opening,
          limits,
          admissionOf(job, message.granted),
          message.thumbnail,
        )
        send({ type: 'described', id, description, resident: sweep() }, broken ? end : undefined)
      } else if (message.type === 'look') {
        const [input] = inputs
        if (input === undefined) throw new Error('look without a source')
        const wishes = { models: message.models, degradation: message.degradation }
        // Loaded by the children that need it: models bring a large library.
        const { look } = await import('./vision/look.ts')
        const sight = await look(input, message.opening, {
          ...wishes,
          sessions,
          limits,
          admit: admissionOf(job, message.granted),
        })
        send({ type: 'seen', id, sight, resident: sweep() })
      } else {
        const finished = await run(message, inputs, job)
        send({ type: 'done', id, ...finished, resident: sweep() }, spent ? end : undefined)
      }
    } catch (error) {
      // A decoder that broke inside may have spoiled its memory: the next job gets a fresh child.
      const failure = toFailure(error)
      const ends = spent || breaksChild(error)
      send({ type: 'failed', id, failure, resident: sweep() }, ends ? end : undefined)
    }
  }

  async function answerFilm(message: Film, job: Current): Promise<void> {
    const { id } = job
    send({ type: 'started', id })
    try {
      // Loaded by the children that need it.
      const film = await import('./film/serve-film.ts')
      if (message.type === 'join') {
        const result = await film.join(message.order)
        return send({ type: 'joined', id, result, resident: sweep() })
      }
      const result = await film.segment(message.order, {
        limits,
        admit: admissionOf(job, message.granted),
        fetch: (index) =>
          new Promise((resolve) => {
            job.photos.set(index, resolve)
            send({ type: 'want', id, index })
          }),
        done: (index) => {
          job.photos.delete(index)
          send({ type: 'passed', id, index })
        },
      })
      send({ type: 'filmed', id, result, resident: sweep() })
    } catch (error) {
      send({ type: 'failed', id, failure: toFailure(error), resident: sweep() }, breaksChild(error) ? end : undefined)
    }
  }

  /** Waits until the budget has room for so many bytes in all. */
  function admissionOf(job: Current, granted: number): (bytes: number) => Promise<void> {
    let admitted = granted
    return async (bytes) => {
      // A second attempt on a repaired source may need no more than the first had.
      if (bytes <= admitted) return
      admitted = bytes
      await new Promise<void>((resolve) => {
        job.go = resolve
        send({ type: 'estimate', id: job.id, bytes })
      })
    }
  }

  async function run({ order, granted }: Run, inputs: readonly Input[], job: Current) {
    const headers: (KnownHeader | null)[] = []
    const failures: ModelFailure[] = []
    const seeing: Context['seeing'] = {
      sessions,
      failed: ({ id: model }, error) => {
        failures.push({ model, message: error instanceof Error ? error.message : String(error) })
      },
    }
    const encoded = await runPipeline({
      order,
      seeing,
      inputs,
      openings: order.openings,
      limits,
      tolerant: order.tolerant,
      admit: admissionOf(job, granted),
      tell: (index, header) => {
        headers[index] = header
      },
    })
    const result = await deliver(order, inputs[0] ?? '', encoded, job)
    const told = failures.length === 0 ? result : { ...result, failures }
    return headers.length === 0 ? { result: told } : { result: told, headers }
  }

  async function deliver(
    order: RunOrder,
    input: Input,
    encoded: Encoded & { pages: number },
    job: Current,
  ): Promise<EngineResult> {
    const { bytes, ...facts } = encoded
    if (bytes === undefined) return { ...facts, ...(await measure(input)), unchanged: true }
    const measured = await measure(bytes)
    if (order.sink === null) await pour(bytes, job.id)
    else await writeFile(order.sink, bytes)
    return { ...facts, ...measured, unchanged: false }
  }

  async function pour(bytes: Buffer, id: number): Promise<void> {
    // One call to the system where all of it fits.
    if (bytes.length <= frameBytes) {
      sink.write(Buffer.concat([frameHeader(id, 0, bytes.length), bytes, frameHeader(id, 0, 0)]))
      return
    }
    for (let at = 0; at < bytes.length; at += frameBytes) {
      const piece = bytes.subarray(at, at + frameBytes)
      sink.write(frameHeader(id, 0, piece.length))
      if (!sink.write(piece)) await once(sink, 'drain')
    }
    sink.write(frameHeader(id, 0, 0))
  }

  /** Paths as they are; stream sources as their bytes (a decoder reads them more than once, and they may not touch the disk). */
  function collect(sources: readonly SourcePath[], job: Current): Promise<Input[]> {
    return Promise.all(
      sources.map((source, index) => source ?? new Promise<Buffer>((resolve) => job.arrived.set(index, resolve))),
    )
  }

  async function receive(pipe: Socket): Promise<void> {
    for await (const { job, stream, bytes } of readFrames(pipe)) {
      // Frames of an earlier job, which ended before its sources did, are dropped.
      if (current?.id !== job) continue
      const pieces = current.pieces.get(stream) ?? []
      if (bytes !== undefined) {
        pieces.push(bytes)
        current.pieces.set(stream, pieces)
      } else {
        current.pieces.delete(stream)
        current.arrived.get(stream)?.(Buffer.concat(pieces))
      }
    }
  }
}

/** SIGKILL, because a normal exit would wait for the decoder's thread. */
function end(): void {
  process.kill(process.pid, 'SIGKILL')
}

function send(message: FromChild, sent: () => void = () => undefined): void {
  // The parent may be gone; then `disconnect` ends this process.
  process.send?.(message, undefined, {}, sent)
}
