// Builds dist/ when a source is newer than the last build: the compiler writes every module (Node 20 runs no TypeScript;
// database workers start from their own), then the executable and the engine's child are bundled, because a thousand small
// modules take a second to load.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const stamp = join(dist, '.built')

/** Every file under a folder. By hand: `recursive` takes three times as long, at every start. */
function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesUnder(path) : [path]
  })
}

function newestSource(sources) {
  const others = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.js']
  return Math.max(...[...sources, ...others.map((name) => join(root, name))].map((path) => statSync(path).mtimeMs))
}

/** Builds dist/ unless it is up to date. An installed package has no src/ and is left alone. */
export async function buildIfStale() {
  if (!existsSync(join(root, 'src'))) return
  const started = Date.now()
  const sources = filesUnder(join(root, 'src'))
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

/** What zod says in languages other than English: half of it, and nobody asks for it. */
const oneLanguage = {
  name: 'one-language',
  setup(build) {
    build.onResolve({ filter: /\/locales\/index\.js$/ }, ({ importer, resolveDir }) =>
      /[\\/]node_modules[\\/]zod[\\/]/.test(importer)
        ? { path: join(resolveDir, '..', 'locales', 'en.js') }
        : undefined,
    )
  },
}

/** Fastify asks for them where routes have JSON schemas, or tests call it without a network. */
const neverLoaded = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request']

/** A text with one letter beyond Latin-1 is held at two bytes each: 3 MB for a few of them in pages and comments. */
function spellOut(path) {
  const text = readFileSync(path, 'utf8')
  const plain = text.replace(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  if (plain !== text) writeFileSync(path, plain)
}

/** What a bundle finds at run time, from where it lies. */
const banner = {
  js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
}

const common = {
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  banner,
  logLevel: 'error',
}

/** sharp looks for its binary from where its own package lies, also when its code is in a bundle. */
const sharpAtHome = {
  name: 'sharp-at-home',
  setup(build) {
    build.onLoad({ filter: /[\\/]node_modules[\\/]sharp[\\/]dist[\\/]\w+\.mjs$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        'createRequire(import.meta.url)',
        "createRequire(createRequireOfBundle(import.meta.url).resolve('sharp'))",
      ),
    }))
  },
}

/** dist/imagestead.js, dist/imagestead-child.js and their chunks, beside the modules they were made of: relative places stay the same. */
async function bundle() {
  for (const name of readdirSync(dist)) if (name.startsWith('imagestead')) rmSync(join(dist, name))
  const { build } = await import('esbuild')
  await build({
    ...common,
    entryPoints: { imagestead: join(dist, 'main.js') },
    chunkNames: 'imagestead-[hash]',
    plugins: [oneLanguage],
    // Binaries of their own, or large and only needed in scale-out.
    external: ['sharp', '@photostructure/sqlite', 'pg', '@aws-sdk/*', ...neverLoaded],
  })
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  await build({
    ...common,
    entryPoints: { 'imagestead-child': join(dist, 'adapters', 'engine', 'child', 'main.js') },
    chunkNames: 'imagestead-child-[hash]',
    plugins: [sharpAtHome],
    // Of the packages every child needs sharp at once; others are for some pictures.
    external: Object.keys(dependencies).filter((name) => name !== 'sharp'),
  })
  for (const name of readdirSync(dist)) if (/^imagestead.*\.js$/.test(name)) spellOut(join(dist, name))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildIfStale()
