/**
 * One file that came in, or that tags were asked for (media-library-api.md section 5.4): a durable job looks at it, keeps
 * its judgement when the project wants one, gives it its tags, and tells the request's URL what became of its extensions.
 */
import type { AssetDeps } from '../assets/deps.ts'
import type { AiTag, PlacedAsset } from '../assets/records.ts'
import type { Caller } from '../caller.ts'
import { DomainError, toDomainError } from '../errors.ts'
import { outcomeOf, type ResolvedExtension, type Tagging, taggingOf } from '../extensions/status.ts'
import type { Job } from '../jobs/records.ts'
import type { Repositories } from '../ports.ts'
import type { Project } from '../projects/records.ts'
import { tagsOf } from '../vision/tags.ts'
import { isPassing, type JudgeDeps, keepJudgement, type Seen, seeAsset } from './judge-asset.ts'

export const scoreAssetKind = 'score-asset'

/** Who gave a tag. */
export const tagSource = 'imagestead'

interface Payload {
  file: string
  /** Keep a judgement. */
  scores: boolean
  extensions: readonly ResolvedExtension[]
  webhookUrl?: string | undefined
  /** Of the request. */
  requestId: string
  origin?: string | undefined
}

type By = Pick<Caller, 'project' | 'requestId' | 'origin'>

/** In the transaction that adds the version: when its project wants judgements. */
export async function scoreOnIngest(tx: Repositories, { project, requestId }: By, asset: PlacedAsset): Promise<void> {
  if (!project.settings.scoring.onIngest || asset.kind !== 'image') return
  await enqueue(tx, asset, { file: asset.file, scores: true, extensions: [], requestId })
}

/** What a request asks of a file. */
export interface WantedExtensions {
  extensions: readonly ResolvedExtension[]
  webhookUrl?: string | undefined
  /** A detector is ready. */
  runs: boolean
}

/** Whether a file is tagged when these are asked for. */
export const isTagged = ({ kind }: Pick<PlacedAsset, 'kind'>, { extensions, runs }: WantedExtensions) =>
  runs && kind === 'image' && extensions.some((extension) => taggingOf(extension) !== undefined)

/** In the transaction of the upload or update. What cannot run is told at once. */
export async function runExtensions(
  deps: Pick<AssetDeps, 'events' | 'fileContent'>,
  tx: Repositories,
  caller: By,
  asset: PlacedAsset,
  wanted: WantedExtensions,
): Promise<void> {
  const { extensions, webhookUrl } = wanted
  const { project, requestId, origin } = caller
  const payload: Payload = { file: asset.file, scores: false, extensions, webhookUrl, requestId, origin }
  if (isTagged(asset, wanted)) await enqueue(tx, asset, payload)
  else await tellExtensions(deps, tx, project, asset, payload, false)
}

async function enqueue(tx: Repositories, { id, project }: PlacedAsset, payload: Payload): Promise<void> {
  await tx.jobs.enqueue({ kind: scoreAssetKind, lane: 'batch', project, subject: id, payload })
}

export type ScoreAssetDeps = JudgeDeps & Pick<AssetDeps, 'events' | 'fileContent'>

/** @throws DomainError when another try may go better */
export async function scoreAsset(deps: ScoreAssetDeps, job: Job, signal: AbortSignal): Promise<void> {
  const payload = job.payload as Payload
  const { read } = deps.store
  const asset = await read.assets.findVersion(job.project ?? '', payload.file, job.subject)
  if (asset === undefined) return end(deps, job, undefined)
  const tags = payload.extensions.length > 0
  // A look without a detector says nothing of tags, unless there still is none.
  const detects = tags && (await deps.vision.detects())
  try {
    const seen = await seeAsset(deps, asset, ({ sight }) => !detects || sight.classes !== null, signal)
    await end(deps, job, seen)
  } catch (thrown) {
    const error = toDomainError(thrown)
    if (signal.aborted || isPassing(error)) throw error
    await end(deps, job, undefined)
  }
}

/** @param seen undefined: it could not be looked at */
export async function end(deps: ScoreAssetDeps, job: Job, seen: Seen | undefined): Promise<void> {
  const payload = job.payload as Payload
  await deps.store.tx(async (tx) => {
    if (!(await tx.jobs.complete(job))) throw new DomainError('fenced', 'The job was taken over.')
    const project = await tx.projects.find(job.project ?? '')
    const asset = await tx.assets.findVersion(job.project ?? '', payload.file, job.subject)
    if (project === undefined || asset === undefined) return
    if (seen !== undefined && payload.scores) await keepJudgement(deps, tx, asset, seen)
    else if (seen?.fresh === true) await tx.sights.put(asset.blob, seen.sight, deps.clock.now())
    if (payload.extensions.length === 0) return
    const tagged = seen !== undefined && seen.sight.classes !== null
    const aiTags = tagged ? withTags(asset.aiTags, tagsFor(deps, seen, payload.extensions)) : asset.aiTags
    if (tagged) await tx.assets.update(asset.id, { aiTags })
    await tellExtensions(deps, tx, project, { ...asset, aiTags }, payload, tagged)
  })
}

function tagsFor(
  { vision }: ScoreAssetDeps,
  { sight, heads }: Seen,
  extensions: readonly ResolvedExtension[],
): AiTag[] {
  const found = tagsOf(sight, vision.judge(sight, heads)).map(({ name, confidence }) => ({
    name,
    confidence: Math.round(confidence * 1e4) / 100,
    source: tagSource,
  }))
  const kept = ({ minConfidence, maxTags }: Tagging) =>
    found.filter(({ confidence }) => confidence >= minConfidence).slice(0, maxTags)
  return extensions.flatMap((extension) => taggingOf(extension) ?? []).flatMap(kept)
}

/** A name once for each who gave it, as it was given last. */
function withTags(before: readonly AiTag[], given: readonly AiTag[]): AiTag[] {
  return [...new Map([...before, ...given].map((tag) => [`${tag.source} ${tag.name}`, tag])).values()]
}

async function tellExtensions(
  { events, fileContent }: Pick<AssetDeps, 'events' | 'fileContent'>,
  tx: Repositories,
  project: Project,
  asset: PlacedAsset,
  { extensions, webhookUrl, requestId, origin }: Payload,
  tagged: boolean,
): Promise<void> {
  if (webhookUrl === undefined) return
  const by = { project, ...(origin === undefined ? {} : { origin }) }
  const status = { extensionStatus: outcomeOf(extensions, tagged) }
  await events.tellUrl(tx, project, webhookUrl, {
    type: 'file.extensions',
    subject: asset.file,
    data: () => Object.assign({}, fileContent(asset, by), status),
    request: { x_request_id: requestId },
  })
}
