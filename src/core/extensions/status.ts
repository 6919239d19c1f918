/**
 * Extensions of an upload or an update (media-library-api.md section 5.4): work of outside models on a file. Their shape
 * is the API modules' business; without a provider every one fails.
 */

export interface Extension {
  name: string
}

export type ExtensionStatus = Record<string, 'success' | 'pending' | 'failed'>

/** @param told by webhook: then they are pending first, as clients expect it of work that takes its time */
export function statusOf(extensions: readonly Extension[], told: boolean): ExtensionStatus {
  return Object.fromEntries(extensions.map(({ name }) => [name, told ? 'pending' : 'failed']))
}
