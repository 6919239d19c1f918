/** Where the files of models lie. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { built } from '../../paths.ts'
import type { Manifest } from './manifest.ts'

/** Made by the build, so that a fresh data folder has them at once. */
export const builtModels: string = built('models')

type Placed = Pick<Manifest, 'id' | 'source'>

/** Where a model's file belongs. */
export function placeOf({ id, source }: Placed, folder: string): string {
  return source.kind === 'file' ? join(folder, source.file) : modelFile(folder, id)
}

/** Where a model's file may be, the best place first. */
export function modelFiles(model: Placed, folder: string): string[] {
  const own = placeOf(model, folder)
  return model.source.kind === 'package' ? [own, modelFile(builtModels, model.id)] : [own]
}

/** A folder of its own for each model, so that what belongs to it lies beside it. */
export function modelFile(folder: string, id: string): string {
  return join(folder, id, 'model.onnx')
}

const pulled = z.object({ sha256: z.string(), from: z.string(), at: z.string() })
/** What `models pull` wrote down about a file whose hash was not known before. */
export type Pulled = z.infer<typeof pulled>

export async function readPulled(folder: string, id: string): Promise<Pulled | undefined> {
  const text = await readFile(join(folder, id, 'pulled.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return pulled.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

const parameters = z.record(z.string(), z.union([z.number(), z.array(z.number()), z.array(z.array(z.number()))]))
export type Parameters = z.infer<typeof parameters>

/** The parameters that no manifest holds. @throws Error that names the file and the fields at fault */
export async function readParameters(folder: string, id: string): Promise<Parameters> {
  const path = parametersFile(folder, id)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return {}
  try {
    return parameters.parse(JSON.parse(text))
  } catch (error) {
    throw new Error(`${path} holds no parameters (numbers, lists of numbers, lists of such lists)`, { cause: error })
  }
}

export function parametersFile(folder: string, id: string): string {
  return join(folder, id, 'parameters.json')
}

/** Whole or not at all, also with several processes at it. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const draft = `${path}.${randomUUID()}.part`
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(draft, bytes)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
