/**
 * The models of this machine: which there are, which are ready to run. Bundled ones are converted from their packages,
 * once; nothing is ever downloaded here (`imagestead models pull` does that). A model that is not ready is left out, and
 * its state says why.
 */
import { mkdir } from 'node:fs/promises'
import type { ModelShelf, ModelState } from '../../core/ports.ts'
import type { Model } from '../../core/processing/model.ts'
import { chooseModels } from './choice.ts'
import { convertInChild } from './convert/start.ts'
import { createHashes, type FileFacts } from './hashes.ts'
import { type Manifest, tierOf } from './manifest.ts'
import { readManifests } from './manifests.ts'
import { modelFiles, readPulled } from './places.ts'

/** Files are looked at again when the last look is older. */
const freshMs = 10_000

export interface ShelfOptions {
  /** Where converted and pulled models lie, and the operator's own manifests. */
  folder: string
  /** `bundled`, `features`, ids of models. */
  use: readonly string[]
  log?: { warn(details: object, message: string): void }
}

interface Entry {
  manifest: Manifest
  wanted: boolean
  state: ModelState
  model: Model | undefined
}

/** @throws Error that names what is wrong with a manifest in the folder or with `use` */
export async function openShelf({ folder, use, log }: ShelfOptions): Promise<ModelShelf> {
  const manifests = await readManifests(folder)
  const wanted = chooseModels(manifests, use)
  const hashes = createHashes()
  /** What cannot run, by hash: said by the children that tried, until the file is another one. */
  const broken = new Map<string, string>()
  /** Why a conversion failed; tried again at the next start. */
  const unconverted = new Map<string, string>()
  let surveyed: { at: number; entries: Promise<readonly Entry[]> } | undefined

  function survey(): Promise<readonly Entry[]> {
    if (surveyed !== undefined && Date.now() - surveyed.at < freshMs) return surveyed.entries
    const entries = Promise.all(manifests.map((manifest) => look(manifest)))
    surveyed = { at: Date.now(), entries }
    entries.catch(() => {
      surveyed = undefined
    })
    return entries
  }

  async function look(manifest: Manifest): Promise<Entry> {
    const isWanted = wanted.has(manifest.id)
    const expected = manifest.sha256 ?? (await readPulled(folder, manifest.id))?.sha256 ?? null
    const found = await find(manifest, expected)
    if (isWanted && manifest.source.kind === 'package' && found?.sha256 !== expected) {
      return judge(manifest, isWanted, expected, await convert(manifest, expected))
    }
    return judge(manifest, isWanted, expected, found)
  }

  /** The first file with the right hash; else the first file. */
  async function find(manifest: Manifest, expected: string | null): Promise<FileFacts | undefined> {
    let first: FileFacts | undefined
    for (const path of modelFiles(manifest, folder)) {
      const facts = await hashes.of(path)
      if (facts !== undefined && facts.sha256 === expected) return facts
      first ??= facts
    }
    return first
  }

  async function convert(manifest: Manifest, expected: string | null): Promise<FileFacts | undefined> {
    if (!unconverted.has(manifest.id)) {
      try {
        await mkdir(folder, { recursive: true })
        await convertInChild(folder, manifest.id)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        unconverted.set(manifest.id, message)
        log?.warn({ model: manifest.id, err: error }, 'a bundled model could not be converted; it is left out')
      }
    }
    return await find(manifest, expected)
  }

  function judge(manifest: Manifest, isWanted: boolean, expected: string | null, found: FileFacts | undefined): Entry {
    const { id, task, license, bytes } = manifest
    const [status, message] = statusOf(manifest, isWanted, expected, found)
    const state: ModelState = {
      id,
      task,
      tier: tierOf(manifest),
      license,
      source: sourceOf(manifest),
      bytes: found?.bytes ?? bytes,
      sha256: found?.sha256 ?? expected,
      wanted: isWanted,
      status,
      message,
    }
    return {
      manifest,
      wanted: isWanted,
      state,
      model: status === 'ready' && found ? toModel(manifest, found) : undefined,
    }
  }

  function statusOf(
    manifest: Manifest,
    isWanted: boolean,
    expected: string | null,
    found: FileFacts | undefined,
  ): [ModelState['status'], string | null] {
    const bundled = manifest.source.kind === 'package'
    if (found === undefined) {
      if (bundled && !isWanted) return ['switched off', null]
      if (bundled) return ['not converted', unconverted.get(manifest.id) ?? null]
      return ['not pulled', `run: imagestead models pull ${manifest.id}`]
    }
    if (found.sha256 !== expected) {
      const message = `${found.path} has SHA-256 ${found.sha256}, not ${expected ?? 'one that is known'}; pull or copy the model again`
      return ['wrong hash', message]
    }
    if (!isWanted) return ['switched off', 'ready, but not named in VISION_MODELS']
    const fault = broken.get(found.sha256)
    return fault === undefined ? ['ready', null] : ['broken', fault]
  }

  return {
    async ready() {
      const entries = await survey()
      return entries.flatMap(({ model }) => (model === undefined ? [] : [model]))
    },
    async states() {
      return (await survey()).map(({ state }) => state)
    },
    async report(failures) {
      for (const { model: id, message } of failures) {
        const { model } = (await survey()).find(({ state }) => state.id === id) ?? {}
        if (model === undefined || broken.has(model.sha256)) continue
        broken.set(model.sha256, message)
        log?.warn({ model: id, reason: message }, 'a model does not run; it is left out')
      }
      surveyed = undefined
    },
  }
}

function toModel(manifest: Manifest, { path, sha256 }: FileFacts): Model {
  const { id, task, input, outputs, decoder, labels, parameters, calibration } = manifest
  return {
    ...{ id, task, sha256, path, input, outputs, decoder },
    ...(labels && { labels }),
    ...(parameters && { parameters }),
    ...(calibration && { calibration }),
  }
}

function sourceOf({ source }: Manifest): string {
  switch (source.kind) {
    case 'package':
      return `npm package ${source.package}`
    case 'hub':
      return `${source.repository}@${source.revision}/${source.file}`
    default:
      return source.file
  }
}
