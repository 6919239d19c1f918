/**
 * An owner's heads: taught from examples, listed, switched on and off, deleted. Where all pictures of a lesson were
 * looked at before, a head is ready at once; else a durable job looks at them first.
 */
import { DomainError, toDomainError } from '../../errors.ts'
import { prefixedUlid } from '../../ids.ts'
import { forEachAtOnce } from '../../jobs/at-once.ts'
import type { Job } from '../../jobs/records.ts'
import type { BlobStore, Clock, MetadataStore } from '../../ports.ts'
import type { Sight } from '../../processing/sight.ts'
import type { Label } from '../labels.ts'
import type { Vision } from '../vision.ts'
import { type ExampleSource, type GatheredPicture, gather } from './gather.ts'
import { checkCounts, checkPairs, learn, type SeenLesson } from './learn.ts'
import type { Head, Lesson, TrainedHead } from './records.ts'

export const trainHeadKind = 'train-head'

/** Of one project, all kinds and versions together. */
const mostHeads = 100
/** So many pictures are looked at while the request waits. */
const atOnceLooks = 8

export interface HeadsDeps {
  store: MetadataStore
  clock: Clock
  /** Absent: this process looks at no pictures and trains nothing; a job of a running server does. */
  eyes?: Eyes
}

export interface Eyes {
  blobs: Pick<BlobStore, 'localFile'>
  vision: Pick<Vision, 'look'>
  /** Longest time for looking at one picture. */
  deadlineMs: number
}

export type LessonRequest =
  | { kind: 'labels'; examples: readonly { label: Label; source: ExampleSource }[] }
  | { kind: 'taste'; pairs: readonly { better: ExampleSource; worse: ExampleSource }[] }

export interface Heads {
  /**
   * A new version. `use`: it is switched on as soon as it is ready.
   * @throws DomainError `invalid` (too few examples), `not_found` (a file), `conflict` (too many heads, other models)
   */
  teach(project: string, lesson: LessonRequest, options: { use: boolean; signal: AbortSignal }): Promise<Head>
  /** Newest first. */
  list(project: string): Promise<Head[]>
  /** @throws DomainError `not_found` */
  find(project: string, id: string): Promise<Head>
  /** @throws DomainError `not_found`; `conflict`: it is not ready */
  use(project: string, id: string, on: boolean): Promise<Head>
  /** @throws DomainError `not_found` */
  delete(project: string, id: string): Promise<void>
  /** Runs the job that was left to do by `teach`. */
  train(job: Job, signal: AbortSignal): Promise<void>
  /** Every try of the job failed. */
  giveUp(job: Job, error?: unknown): Promise<void>
}

type Gathered =
  | { kind: 'labels'; examples: { label: Label; picture: GatheredPicture }[] }
  | { kind: 'taste'; pairs: { better: GatheredPicture; worse: GatheredPicture }[] }

export function createHeads(deps: HeadsDeps): Heads {
  const { store, clock } = deps
  const { read } = store

  async function find(project: string, id: string): Promise<Head> {
    const head = await read.heads.find(project, id)
    if (head !== undefined) return head
    throw new DomainError('not_found', 'There is no head with this id.', { param: 'id' })
  }

  async function insert(project: string, kind: Head['kind'], use: boolean, made: TrainedHead | Lesson): Promise<Head> {
    return await store.tx(async (tx) => {
      await tx.projects.lock(project)
      if ((await tx.heads.count(project)) >= mostHeads) {
        throw new DomainError('conflict', `The project has ${mostHeads} heads; delete some that are not in use.`)
      }
      const version = await tx.heads.nextVersion(project, kind)
      const trained = 'weights' in made ? made : undefined
      const head: Head = {
        id: prefixedUlid('hd', clock.now()),
        project,
        kind,
        version,
        status: trained === undefined ? 'training' : 'ready',
        message: null,
        active: false,
        models: trained?.models ?? null,
        lesson: 'weights' in made ? null : made,
        shape: trained?.shape ?? null,
        metrics: trained?.metrics ?? null,
        created: clock.now(),
      }
      await tx.heads.insert(head, trained?.weights ?? null)
      if (trained === undefined)
        await tx.jobs.enqueue({ kind: trainHeadKind, lane: 'batch', project, subject: head.id, payload: { use } })
      else if (use) await tx.heads.activate(project, head.id, true)
      return { ...head, active: use && trained !== undefined }
    })
  }

  return {
    async teach(project, request, { use, signal }) {
      const gathered = await gatherLesson(deps, project, request)
      const missing = unseen(gathered)
      if (deps.eyes === undefined || missing.length > atOnceLooks)
        return await insert(project, request.kind, use, lessonOf(gathered))
      await lookAt(deps, missing, signal)
      return await insert(project, request.kind, use, await learn(seenLesson(gathered), signal))
    },

    list: (project) => read.heads.list(project),
    find,

    async use(project, id, on) {
      const { status } = await find(project, id)
      if (status !== 'ready') {
        const why = status === 'training' ? 'is still in training; ask again shortly' : 'could not be trained'
        throw new DomainError('conflict', `The head ${why}.`)
      }
      await store.tx((tx) => tx.heads.activate(project, id, on))
      return await find(project, id)
    },

    async delete(project, id) {
      await find(project, id)
      await store.tx(async (tx) => {
        await tx.heads.delete(project, id)
        await tx.jobs.cancel(trainHeadKind, id)
      })
    },

    async train(job, signal) {
      const project = job.project ?? ''
      const head = await read.heads.find(project, job.subject)
      const { use } = job.payload as { use: boolean }
      const lesson = head?.status === 'training' ? head.lesson : null
      if (lesson === null) return await finish(job, undefined, false)
      try {
        const gathered = await gatherLesson(deps, project, requestOf(lesson))
        await lookAt(deps, unseen(gathered), signal)
        await finish(job, await learn(seenLesson(gathered), signal), use)
      } catch (thrown) {
        const error = toDomainError(thrown)
        if (signal.aborted || !['invalid', 'not_found', 'conflict'].includes(error.code)) throw thrown
        await finish(job, { message: error.message }, false)
      }
    },

    giveUp: (job) =>
      finish(job, { message: 'The pictures could not be looked at; the log of the server says why.' }, false),
  }

  async function finish(job: Job, outcome: TrainedHead | { message: string } | undefined, use: boolean): Promise<void> {
    const project = job.project ?? ''
    await store.tx(async (tx) => {
      if (!(await tx.jobs.complete(job))) throw new DomainError('fenced', 'The job was taken over.')
      if (outcome === undefined || !(await tx.heads.finish(project, job.subject, outcome))) return
      if (use && 'weights' in outcome) await tx.heads.activate(project, job.subject, true)
    })
  }
}

/** Checks the counts before anything is looked at. */
async function gatherLesson({ store }: HeadsDeps, project: string, request: LessonRequest): Promise<Gathered> {
  const of = (source: ExampleSource, param: string) => gather(store.read, project, source, param)
  if (request.kind === 'labels') {
    const examples: { label: Label; picture: GatheredPicture }[] = []
    for (const [at, { label, source }] of request.examples.entries())
      for (const picture of await of(source, `examples[${at}]`)) examples.push({ label, picture })
    checkCounts(examples.map(({ label }) => label))
    return { kind: 'labels', examples }
  }
  checkPairs(request.pairs.length)
  const pairs: { better: GatheredPicture; worse: GatheredPicture }[] = []
  for (const [at, { better, worse }] of request.pairs.entries()) {
    const [[good], [bad]] = [await of(better, `pairs[${at}].better`), await of(worse, `pairs[${at}].worse`)]
    if (good !== undefined && bad !== undefined) pairs.push({ better: good, worse: bad })
  }
  return { kind: 'taste', pairs }
}

const picturesOf = (lesson: Gathered): GatheredPicture[] =>
  lesson.kind === 'labels'
    ? lesson.examples.map(({ picture }) => picture)
    : lesson.pairs.flatMap(({ better, worse }) => [better, worse])

/** Those that have to be looked at, by their bytes. */
function unseen(lesson: Gathered): GatheredPicture[][] {
  const groups = new Map<string, GatheredPicture[]>()
  for (const picture of picturesOf(lesson)) {
    if (picture.sight === undefined) groups.set(picture.picture, [...(groups.get(picture.picture) ?? []), picture])
  }
  return [...groups.values()]
}

/** Looks at them, and keeps what was seen for the next time. */
async function lookAt(
  { store, clock, eyes }: HeadsDeps,
  groups: readonly (readonly GatheredPicture[])[],
  signal: AbortSignal,
): Promise<void> {
  await forEachAtOnce(groups, 2, async (group) => {
    const blob = group[0]?.blob
    if (blob === undefined) return
    signal.throwIfAborted()
    const kept = await store.read.sights.find(blob)
    const sight: Sight = kept?.sight.embedding ? kept.sight : await look(blob)
    for (const picture of group) picture.sight = sight
  })

  async function look(blob: string): Promise<Sight> {
    if (eyes === undefined) throw new DomainError('internal', 'This process looks at no pictures.')
    const { blobs, vision, deadlineMs } = eyes
    const { path, release } = await blobs.localFile(blob, signal)
    try {
      const sight = await vision.look({ path }, { lane: 'batch', deadlineMs, sheds: false, signal })
      await store.tx((tx) => tx.sights.put(blob, sight, clock.now()))
      return sight
    } finally {
      release()
    }
  }
}

function seenLesson(lesson: Gathered): SeenLesson {
  const seen = ({ picture, sight }: GatheredPicture) => {
    if (sight === undefined) throw new DomainError('internal', 'A picture of a lesson was not looked at.')
    return { picture, sight }
  }
  if (lesson.kind === 'labels') {
    return {
      kind: 'labels',
      examples: lesson.examples.map(({ label, picture }) => ({ label, sight: seen(picture).sight })),
    }
  }
  return {
    kind: 'taste',
    pairs: lesson.pairs.map(({ better, worse }) => ({ better: seen(better), worse: seen(worse) })),
  }
}

/** For the job: by file only. @throws DomainError `invalid` when pictures came with the request */
function lessonOf(lesson: Gathered): Lesson {
  const file = ({ file }: GatheredPicture) => {
    if (file !== undefined) return file
    const message =
      'Images in the request go together with files that were looked at before only. Upload these images, or have the library scored first.'
    throw new DomainError('invalid', message, { param: lesson.kind === 'labels' ? 'examples' : 'pairs' })
  }
  if (lesson.kind === 'labels') {
    return { kind: 'labels', examples: lesson.examples.map(({ label, picture }) => ({ label, file: file(picture) })) }
  }
  return {
    kind: 'taste',
    pairs: lesson.pairs.map(({ better, worse }) => ({ better: file(better), worse: file(worse) })),
  }
}

function requestOf(lesson: Lesson): LessonRequest {
  if (lesson.kind === 'labels') {
    return { kind: 'labels', examples: lesson.examples.map(({ label, file }) => ({ label, source: { file } })) }
  }
  return {
    kind: 'taste',
    pairs: lesson.pairs.map(({ better, worse }) => ({ better: { file: better }, worse: { file: worse } })),
  }
}
