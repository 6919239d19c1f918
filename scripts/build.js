// Compiles src/ into dist/ when a source is newer than the last build. Node 20 runs no TypeScript, and engine children
// and database workers start from dist/ in tests too.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, 'dist', '.built')

function newestSource() {
  let newest = 0
  const folders = [join(root, 'src')]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else newest = Math.max(newest, statSync(path).mtimeMs)
    }
  }
  for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json']) {
    newest = Math.max(newest, statSync(join(root, name)).mtimeMs)
  }
  return newest
}

/** Builds dist/ unless it is up to date. An installed package has no src/ and is left alone. */
export function buildIfStale() {
  if (!existsSync(join(root, 'src'))) return
  const started = Date.now()
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newestSource()) return
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const { status } = spawnSync(
    process.execPath,
    [join(typescript, 'bin', 'tsc'), '-p', join(root, 'tsconfig.build.json')],
    {
      stdio: ['ignore', 2, 2],
    },
  )
  if (status !== 0) {
    process.stderr.write('The build failed; see the compiler messages above.\n')
    process.exit(1)
  }
  writeFileSync(stamp, '')
  process.stderr.write(`built dist/ in ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildIfStale()
