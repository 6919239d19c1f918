/** Where the package lies. src/ and dist/ are siblings of the same shape, so both resolve to the same places. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The package's root folder, with a trailing slash. */
export const packageRoot: string = fileURLToPath(new URL('../', import.meta.url))

/** Absolute path of what the build made, e.g. `built('imagestead-child.js')`: children and workers always start from dist/. */
export function built(module: string): string {
  return fileURLToPath(new URL(`../dist/${module}`, import.meta.url))
}

/** The version in package.json. */
export const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
