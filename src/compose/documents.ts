/** The OpenAPI 3.1 documents of the APIs. Their modules make schemas as they load, so they are loaded when one is asked for. */
import { sitesDocument } from '../apis/sites/index.ts'
import type { Json } from '../http/openapi.ts'

export type Documents = Record<'tasks' | 'library' | 'images' | 'scoring' | 'sites', () => Promise<Json>>

/** @param publicUrl the server's configured address; undefined: each document names the address it was loaded from */
export function composeDocuments(publicUrl: string | undefined, sites: Parameters<typeof sitesDocument>[0]): Documents {
  return {
    tasks: async () => (await import('../apis/tasks/openapi.ts')).tasksOpenApi(publicUrl),
    library: async () => (await import('../apis/library/openapi.ts')).libraryOpenApi(publicUrl),
    images: async () => (await import('../apis/delivery/openapi.ts')).deliveryOpenApi(publicUrl),
    scoring: async () => (await import('../apis/scoring/openapi.ts')).scoringOpenApi(publicUrl),
    sites: async () => sitesDocument(sites),
  }
}
