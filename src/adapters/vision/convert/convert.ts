/** From the weights of an installed package to the bytes of an ONNX file. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { packageRoot } from '../../../paths.ts'
import type { Manifest } from '../manifest.ts'
import { convertGraphModel } from './graph-model.ts'
import { convertLayersModel } from './layers-model.ts'
import { writeOnnx } from './onnx.ts'

export type PackageSource = Extract<Manifest['source'], { kind: 'package' }>

/** @throws Error when the package is not installed or its weights are not what the converter knows */
export async function convertPackage({ package: name, file, format, side, outputs }: PackageSource): Promise<Buffer> {
  const path = join(packageFolder(name), file)
  const wanted = outputs.map(({ pool = false, ...output }) => ({ ...output, pool }))
  const convert = format === 'tfjs-graph' ? convertGraphModel : convertLayersModel
  return writeOnnx(await convert(path, { side, outputs: wanted }))
}

/** Not every package lets its package.json be resolved, so the folders are walked. */
function packageFolder(name: string): string {
  const folders = createRequire(join(packageRoot, 'package.json')).resolve.paths(name) ?? []
  for (const folder of folders) {
    const path = join(folder, name)
    if (existsSync(join(path, 'package.json'))) return path
  }
  throw new Error(`the package ${name} is not installed`)
}
