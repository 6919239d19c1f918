/** Saved extensions: an extension's settings under an id (media-library-api.md section 12). */
import type { Extension } from './schema.ts'

export interface SavedExtension {
  id: string
  project: string
  name: string
  description: string
  config: Extension
  created: number
  updated: number
}

export interface SavedExtensionRepository {
  insert(extension: SavedExtension): Promise<void>
  find(project: string, id: string): Promise<SavedExtension | undefined>
  /** Oldest first: a project has at most 100. */
  list(project: string): Promise<SavedExtension[]>
  /** False when there is none. */
  update(
    project: string,
    id: string,
    patch: Partial<Pick<SavedExtension, 'name' | 'description' | 'config' | 'updated'>>,
  ): Promise<boolean>
  /** False when there was none. */
  delete(project: string, id: string): Promise<boolean>
}
