/** Pulling models by id, with all that belongs to them: file, tokenizer, vectors of sentences. */
import { DomainError } from '../../core/errors.ts'
import type { Clock, Fetcher } from '../../core/ports.ts'
import type { Manifest } from './manifest.ts'
import { readManifests } from './manifests.ts'
import { bringText, computePrompts } from './prompts.ts'
import { type PullOptions, type PullResult, pullModel } from './pull.ts'

export interface PullsOptions {
  folder: string
  fetcher: Pick<Fetcher, 'fetch'>
  /** Address of the hub. */
  hub: string
  clock: Clock
}

export interface PullWishes extends Pick<PullOptions, 'sha256' | 'onProgress' | 'signal' | 'pauseMs'> {
  /** A mirror's address or a folder instead of the hub. */
  from?: string
  acceptLicense: boolean
}

export interface Pulls {
  /** @throws DomainError not_found (no such model), invalid (licence not accepted, wrong hash), and as downloads */
  pull(id: string, wishes: PullWishes): Promise<PullResult & Pick<Manifest, 'license' | 'licenseNote'>>
}

export function createPulls({ folder, fetcher, hub, clock }: PullsOptions): Pulls {
  return {
    async pull(id, { from, acceptLicense, ...wishes }) {
      const manifest = (await readManifests(folder)).find((known) => known.id === id)
      if (manifest === undefined) {
        throw new DomainError('not_found', `There is no model ${id}; imagestead models list shows which there are.`)
      }
      const { license, licenseNote } = manifest
      if (manifest.acceptLicense && !acceptLicense) {
        const note = licenseNote === undefined ? '' : ` ${licenseNote}`
        throw new DomainError('invalid', `${id} is under ${license}.${note} To take it, say --accept-license.`)
      }
      const options: PullOptions = {
        ...wishes,
        manifest,
        folder,
        fetcher,
        now: clock.now(),
        from: placeOf(from ?? hub),
      }
      const result = await pullModel(options)
      if (manifest.needs.includes('prompts')) await computePrompts(options)
      else if (manifest.text !== undefined) await bringText(options)
      return { ...result, license, ...(licenseNote !== undefined && { licenseNote }) }
    },
  }
}

function placeOf(from: string): PullOptions['from'] {
  return /^https?:\/\//.test(from) ? { url: from.replace(/\/+$/, '') } : { folder: from }
}
