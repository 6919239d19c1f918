/**
 * Events of the library (media-library-api.md section 13), recorded in the transaction of what happened: one delivery for
 * every endpoint of the project that wants the type.
 */
import { webhookId } from '../ids.ts'
import type { Sealer } from '../keys/seal.ts'
import type { Clock, Repositories } from '../ports.ts'
import type { Project } from '../projects/records.ts'
import type { Outbox } from './outbox.ts'

export const libraryEventTypes = [
  'file.created',
  'file.updated',
  'file.deleted',
  'file-version.created',
  'file-version.deleted',
  'upload.pre-transform.success',
  'upload.pre-transform.error',
  'upload.post-transform.success',
  'upload.post-transform.error',
  'video.transformation.accepted',
  'video.transformation.ready',
  'video.transformation.error',
  'photo.created',
  'camera.alert.opened',
  'camera.alert.closed',
] as const

export type LibraryEventType = (typeof libraryEventTypes)[number]

export interface LibraryEvent {
  /** A per-request `webhookUrl` is told the results of extensions too, which endpoints cannot ask for. */
  type: LibraryEventType | (string & {})
  /** What the log lists it under, e.g. the file's id. */
  subject: string
  /** Called when somebody wants the event. */
  data: () => unknown
  /** Only with transformations: what the request was. */
  request?: Record<string, unknown>
}

export interface LibraryEvents {
  /** Tells the project's endpoints. Without any nothing is read, else one row each by an index, once for all the events. */
  tell(tx: Repositories, project: Project, ...events: (LibraryEvent & { type: LibraryEventType })[]): Promise<void>
  /** Tells the one URL that a request gave for its results. */
  tellUrl(tx: Repositories, project: Project, url: string, event: LibraryEvent): Promise<void>
}

interface Deps {
  outbox: Outbox
  sealer: Pick<Sealer, 'unseal'>
  clock: Clock
}

export function createLibraryEvents({ outbox, sealer, clock }: Deps): LibraryEvents {
  async function tellUrl(tx: Repositories, project: Project, url: string, event: LibraryEvent): Promise<void> {
    const { type, subject, request } = event
    const now = clock.now()
    const id = webhookId(now)
    const content = {
      id,
      type,
      created_at: new Date(now).toISOString(),
      data: event.data(),
      ...(request && { request }),
    }
    const body = JSON.stringify(content)
    await outbox.add(tx, { id, project: project.id, event: type, subject, url, contentType: 'application/json', body })
  }

  return {
    tellUrl,
    async tell(tx, project, ...happened) {
      if (!project.settings.webhooks.libraryEvents || happened.length === 0) return
      for (const { enabled, events, urlSealed } of await tx.webhooks.endpoints(project.id)) {
        const wanted = happened.filter(({ type }) => enabled && (events.length === 0 || events.includes(type)))
        if (wanted.length === 0) continue
        const url = sealer.unseal(urlSealed)
        for (const event of wanted) await tellUrl(tx, project, url, event)
      }
    },
  }
}
