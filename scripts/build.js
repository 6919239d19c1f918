// Compiles src/ into dist/ and copies the files beside it when a source is newer than the last build. Node 20 runs no TypeScript, and engine children
// and database workers start from dist/ in tests too.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, 'dist', '.built')

/** Every file under src/. */
function sourceFiles() {
  return readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function newestSource(sources) {
  const settings = ['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(root, name))
  return Math.max(...[...sources, ...settings].map((path) => statSync(path).mtimeMs))
}

/** Builds dist/ unless it is up to date. An installed package has no src/ and is left alone. */
export function buildIfStale() {
  if (!existsSync(join(root, 'src'))) return
  const started = Date.now()
  const sources = sourceFiles()
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newestSource(sources)) return
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
  // Style sheets, scripts and pictures of the pages lie beside the code that reads them.
  for (const path of sources.filter((source) => !source.endsWith('.ts'))) {
    cpSync(path, join(root, 'dist', relative(join(root, 'src'), path)))
  }
  writeFileSync(stamp, '')
  process.stderr.write(`built dist/ in ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildIfStale()
