/** What is left of the month (tasks-api.md sections 3 and 12), in the units that clients read. */
import { filesLeft } from '../../core/usage/files.ts'
import type { EndpointContext } from './endpoint.ts'

/** "remaining_credits = 10 × remaining_files" (section 12). */
export function remaining(files: number) {
  return { remaining_files: files, remaining_credits: files * 10 }
}

/** As start and info answer it: with the pages of the PDF clients. */
export function remainingWithPages(files: number) {
  return { ...remaining(files), remaining_pages: files * 2 }
}

/** Files left to the caller's project now. */
export function filesLeftNow({ api, caller }: EndpointContext): Promise<number> {
  return filesLeft(api.deps, caller.project)
}
