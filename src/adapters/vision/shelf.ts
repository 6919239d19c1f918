/** The models of this machine: which there are, which are ready to run. */
import type { ModelShelf } from '../../core/ports.ts'

export interface ShelfOptions {
  /** Where converted and pulled models lie. */
  folder: string
}

export function createShelf(_options: ShelfOptions): ModelShelf {
  return {
    ready: () => Promise.resolve([]),
    states: () => Promise.resolve([]),
  }
}
