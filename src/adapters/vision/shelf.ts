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
import { modelFiles, type Parameters, parametersFile, readParameters, readPulled } from './places.ts'

/** Files are looked at again when the last look is older. */
const freshMs = 10_000

export interface ShelfOptions {
  /** Where converted and pulled models lie, and the operator's own manifests. */
  folder: string
  /** `bundled`, `features`, ids of models. */
  use: readonly string[]
  log?: { warn(details: object, message: string): void }
}

interface Facts {
  isWanted: boolean
  /** The hash that the file must have; null: nobody knows. */
  expected: string | null
  found: FileFacts | undefined
  more: Parameters
  /** Why `more` cannot be read. */
  fault: string | undefined
}

interface Entry {
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
    let found = await find(manifest, expected)
    if (isWanted && manifest.source.kind === 'package' && found?.sha256 !== expected) {
      found = await convert(manifest, expected)
    }
    try {
      const more = manifest.needs.length === 0 ? {} : await readParameters(folder, manifest.id)
      return judge(manifest, { isWanted, expected, found, more, fault: undefined })
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error)
      return judge(manifest, { isWanted, expected, found, more: {}, fault })
    }
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

  function judge(manifest: Manifest, facts: Facts): Entry {
    const { isWanted, expected, found, more } = facts
    const { id, task, license, bytes } = manifest
    const [status, message] = statusOf(manifest, facts)
    const state: ModelState = {
      ...{ id, task, license, status, message, tier: tierOf(manifest), source: sourceOf(manifest), wanted: isWanted },
      bytes: found?.bytes ?? bytes,
      sha256: found?.sha256 ?? expected,
    }
    return { state, model: status === 'ready' && found ? toModel(manifest, found, more) : undefined }
  }

  function statusOf(
    manifest: Manifest,
    { isWanted, expected, found, more, fault }: Facts,
  ): [ModelState['status'], string | null] {
    const { id, source, howTo, needs } = manifest
    const bundled = source.kind === 'package'
    if (found === undefined) {
      if (bundled && !isWanted) return ['switched off', null]
      if (bundled) return ['not converted', unconverted.get(id) ?? null]
      const how = source.kind === 'hub' ? '' : `${howTo ?? 'bring the file'}; then `
      return ['not pulled', `${how}run: imagestead models pull ${id}${source.kind === 'hub' ? '' : ' --from FOLDER'}`]
    }
    if (found.sha256 !== expected) {
      const message = `${found.path} has SHA-256 ${found.sha256}, not ${expected ?? 'one that was checked'}; pull the model again`
      return ['wrong hash', message]
    }
    if (fault !== undefined) return ['broken', fault]
    const missing = needs.filter((name) => more[name] === undefined)
    if (missing.length > 0) {
      const how = howTo === undefined ? `run: imagestead models pull ${id}` : `${howTo} into that file`
      return ['not pulled', `${parametersFile(folder, id)} lacks ${missing.join(', ')}; ${how}`]
    }
    if (!isWanted) return ['switched off', 'it could run, but VISION_MODELS does not name it']
    const said = broken.get(found.sha256)
    return said === undefined ? ['ready', null] : ['broken', said]
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

function toModel(manifest: Manifest, { path, sha256 }: FileFacts, more: Parameters): Model {
  const { id, task, input, outputs, decoder, labels, calibration } = manifest
  const parameters = { ...manifest.parameters, ...more }
  return {
    ...{ id, task, sha256, path, input, outputs, decoder },
    ...(labels && { labels }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
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
