// Builds dist/ when a source is newer than the last build: the compiler writes every module (Node 20 runs no TypeScript;
// engine children and database workers start from their own), then the executable is bundled, because a thousand small
// modules take a second to load.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const stamp = join(dist, '.built')

/** Every file under src/. */
function sourceFiles() {
  return readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function newestSource(sources) {
  const others = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.js']
  return Math.max(...[...sources, ...others.map((name) => join(root, name))].map((path) => statSync(path).mtimeMs))
}

/** Builds dist/ unless it is up to date. An installed package has no src/ and is left alone. */
export async function buildIfStale() {
  if (!existsSync(join(root, 'src'))) return
  const started = Date.now()
  const sources = sourceFiles()
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newestSource(sources)) return
  compile()
  // Style sheets, scripts and pictures of the pages lie beside the code that reads them.
  for (const path of sources.filter((source) => !source.endsWith('.ts'))) {
    cpSync(path, join(dist, relative(join(root, 'src'), path)))
  }
  convertModels()
  await bundle()
  writeFileSync(stamp, '')
  process.stderr.write(`built dist/ in ${((Date.now() - started) / 1000).toFixed(1)} s\n`)
}

function compile() {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const parameters = [join(typescript, 'bin', 'tsc'), '-p', join(root, 'tsconfig.build.json')]
  const { status } = spawnSync(process.execPath, parameters, { stdio: ['ignore', 2, 2] })
  if (status === 0) return
  process.stderr.write('The build failed; see the compiler messages above.\n')
  process.exit(1)
}

/** Weights of npm packages as ONNX files. Without them the server converts what it needs itself, or does without. */
function convertModels() {
  const main = join(dist, 'adapters', 'vision', 'convert', 'main.js')
  const { status } = spawnSync(process.execPath, [main, join(dist, 'models')], { stdio: ['ignore', 2, 2] })
  if (status !== 0) process.stderr.write('The bundled models could not be converted; see above. They are left out.\n')
}

/** dist/imagestead.js and its chunks, beside the modules they were made of, so that relative places stay the same. */
async function bundle() {
  for (const name of readdirSync(dist)) if (name.startsWith('imagestead')) rmSync(join(dist, name))
  const { build } = await import('esbuild')
  await build({
    entryPoints: { imagestead: join(dist, 'main.js') },
    outdir: dist,
    chunkNames: 'imagestead-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    // Binaries of their own, or large and only needed in scale-out.
    external: ['sharp', '@photostructure/sqlite', 'pg', '@aws-sdk/*'],
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildIfStale()
