/** Origins: where files come from that the library does not have; URL endpoints: which origins image URLs look into (media-library-api.md section 12). */
import type { OriginSettings, OriginType, UrlRewriter } from './schema.ts'

export interface Origin {
  id: string
  project: string
  type: OriginType
  name: string
  /** What answers show: everything but the secrets. */
  settings: OriginSettings
  /** The secrets as JSON, sealed with the master key; null: the type has none. */
  secretsSealed: string | null
  created: number
  updated: number
}

/** The endpoint that every project has, whether it was ever changed or not. */
export const defaultEndpoint = 'default'

export interface UrlEndpoint {
  /** Unique in the project: `default` is one of each. */
  id: string
  project: string
  description: string
  /** First part of the path after the project; unique in the project, empty for the default one. */
  urlPrefix: string
  /** Ids, in the order in which they are asked. */
  origins: string[]
  urlRewriter: UrlRewriter | null
  created: number
  updated: number
}

export interface OriginRepository {
  insert(origin: Origin): Promise<void>
  find(project: string, id: string): Promise<Origin | undefined>
  /** Oldest first: a project has at most 100. */
  list(project: string): Promise<Origin[]>
  /** False when there is none. */
  update(
    project: string,
    id: string,
    patch: Pick<Origin, 'type' | 'name' | 'settings' | 'secretsSealed' | 'updated'>,
  ): Promise<boolean>
  /** False when there was none. */
  delete(project: string, id: string): Promise<boolean>
}

export interface UrlEndpointRepository {
  /** Adds the endpoint or replaces the one of its id. `conflict` when another one has the prefix. */
  put(endpoint: UrlEndpoint): Promise<void>
  find(project: string, id: string): Promise<UrlEndpoint | undefined>
  /** For image URLs. */
  findByPrefix(project: string, urlPrefix: string): Promise<UrlEndpoint | undefined>
  /** Oldest first: a project has at most 100. The default one only when it was changed. */
  list(project: string): Promise<UrlEndpoint[]>
  /** False when there was none. */
  delete(project: string, id: string): Promise<boolean>
}
