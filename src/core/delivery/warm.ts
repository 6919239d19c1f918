/** Pictures made ahead of their first request: `transformation.post` of uploads (media-library-api.md section 5.3). */
import { encodePath } from '../assets/names.ts'
import { filePathOf, type PlacedAsset } from '../assets/records.ts'
import type { Job } from '../jobs/records.ts'
import type { Repositories } from '../ports.ts'
import { deliver } from './deliver.ts'
import type { DeliveryDeps } from './deps.ts'
import { parseTarget } from './target.ts'

export const postTransformKind = 'post-transform'

/** What the job is told, and what its event says. */
export interface PostTransform {
  /** `/tr:…/path`, below the project. */
  path: string
  /** The same as a whole URL, and the file's own. */
  url: string
  fileUrl: string
  name: string
  filePath: string
  requestId: string
  transformation: { type: 'transformation'; value: string }
}

interface Upload {
  asset: PlacedAsset
  fileUrl: string
  requestId: string
}

/** One job for each transformation, in the transaction that adds the file. */
export async function enqueuePostTransforms(
  tx: Pick<Repositories, 'jobs'>,
  { asset, fileUrl, requestId }: Upload,
  values: readonly string[],
): Promise<void> {
  const filePath = filePathOf(asset)
  const file = encodePath(filePath)
  for (const value of values) {
    // As people write it; what cannot stand in a path is encoded.
    const path = `/tr:${encodeURI(value).replaceAll(/[/?#]/g, encodeURIComponent)}${file}`
    const url = `${fileUrl.slice(0, fileUrl.length - file.length)}${path}`
    const transformation = { type: 'transformation', value } as const
    const payload: PostTransform = { path, url, fileUrl, name: asset.name, filePath, requestId, transformation }
    const job = { kind: postTransformKind, lane: 'batch', project: asset.project, subject: asset.file } as const
    await tx.jobs.enqueue({ ...job, payload })
  }
}

/** What browsers take, and what everybody does. */
const clients = [['avif', 'webp'], []] as const

/** Makes what the URL shows, for each kind of client. @throws DomainError as `deliver` */
export async function makeAhead(
  deps: DeliveryDeps,
  { project, payload }: Pick<Job, 'project' | 'payload'>,
  signal: AbortSignal,
): Promise<void> {
  const { path } = payload as PostTransform
  const target = parseTarget(`/${project}${path}`)
  for (const accepts of clients) {
    const wishes = { accepts, hints: { saveData: false } }
    const found = await deliver(deps, { target, wishes, client: undefined, trusted: true, signal })
    if (found.plan.type === 'original') return
    await deps.renditions.get(found.plan.order, signal, 'batch')
    if (!found.vary.includes('Accept')) return
  }
}
