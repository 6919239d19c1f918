/**
 * The dependency rule of docs/architecture.md, read off the import lines of src/: who may see whom. Tests, contract
 * suites and test servers beside the code are free.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix, relative, sep } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../src/paths.ts'

interface Source {
  /** Relative to src/, with slashes. */
  path: string
  text: string
}

interface Layer {
  /** Which files it is about; the first layer that fits a file counts. */
  files: RegExp
  /** Files under src/ that it may import; `$1` is what the first group of `files` found. */
  sees: string
  /** Packages it may import; absent: any that `engines` does not reserve. */
  packages?: RegExp
  /** Built-in modules it may not import. */
  not?: RegExp
}

/** What reaches outside of the process: the core uses ports for it. */
const outside = /^node:(fs|http|https|http2|net|tls|dgram|dns|child_process|worker_threads|cluster)\b/

const layers: readonly Layer[] = [
  { files: /^core\//, sees: '^core/', packages: /^zod$/, not: outside },
  {
    // Another process: it knows what an operation is and how to say how it went; ports.ts holds those types only.
    files: /^adapters\/engine\/child\//,
    sees: '^(adapters/engine/child/|core/errors\\.ts$|core/processing/|core/ports\\.ts$)',
  },
  { files: /^adapters\/([^/]+)\//, sees: '^(core/|paths\\.ts$|adapters/$1/)' },
  { files: /^apis\/([^/]+)\//, sees: '^(core/|http/|paths\\.ts$|apis/$1/)' },
  { files: /^http\//, sees: '^(core/|http/|paths\\.ts$)' },
  { files: /^jobs\//, sees: '^(core/|jobs/|paths\\.ts$)' },
  { files: /^config(\.ts$|\/)/, sees: '^config/' },
  { files: /^paths\.ts$/, sees: '^$' },
  { files: /^master-key\.ts$/, sees: '^(core/|config\\.ts$)' },
  { files: /^commands\//, sees: '^(commands/|compose(/|\\.ts$)|config\\.ts$|core/|paths\\.ts$)' },
  { files: /^main\.ts$/, sees: '^(commands/|compose\\.ts$|config\\.ts$|core/errors\\.ts$|paths\\.ts$)' },
  { files: /^compose(\.ts$|\/)/, sees: '' },
]

/** Packages that stand behind a port, and the only folder that may know them. */
const engines: readonly (readonly [RegExp, string])[] = [
  [/^(kysely|pg|@photostructure\/sqlite)\b/, 'adapters/database/'],
  [/^@aws-sdk\//, 'adapters/blobs/'],
  [/^(undici|ipaddr\.js)\b/, 'adapters/fetcher/'],
  [/^nodemailer\b/, 'adapters/mail/'],
  [/^(sharp|svgo|thumbhash|@imagemagick\/magick-wasm|@hyzyla\/pdfium|h264-mp4-encoder)\b/, 'adapters/engine/child/'],
  [/^@fastify\/(?!swagger-ui)/, 'http/'],
  [/^(onnxruntime-|@huggingface\/tokenizers\b)/, 'adapters/engine/child/vision/'],
  [/^nodemailer\b/, 'adapters/mail/'],
]

const isExempt = (path: string) => /(\.test|\.contract)\.ts$|(^|\/)test-[^/]*\.ts$/.test(path)

/** Every import that breaks the rule, as `who -> whom`. */
function forbiddenEdges(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => !isExempt(path))
    .flatMap(({ path, text }) =>
      importsOf(text)
        .filter((target) => !isAllowed(path, target))
        .map((to) => `${path} -> ${to}`),
    )
}

function importsOf(text: string): string[] {
  const code = text.replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  const statements =
    /(?:^|[;}\s])(?:import|export)\b[^'"`;()]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g
  return [...code.matchAll(statements)].map((match) => match[1] ?? match[2] ?? '')
}

function isAllowed(path: string, target: string): boolean {
  const layer = layers.find(({ files }) => files.test(path))
  if (layer === undefined) return false
  if (target.startsWith('.')) {
    const seen = posix.normalize(posix.join(posix.dirname(path), target))
    const own = layer.files.exec(path)?.[1] ?? ''
    return !isExempt(seen) && new RegExp(layer.sees.replaceAll('$1', own)).test(seen)
  }
  if (isBuiltin(target)) return !layer.not?.test(target)
  const reserved = engines.find(([name]) => name.test(target))
  return layer.packages?.test(target) ?? (reserved === undefined || path.startsWith(reserved[1]))
}

function readSources(): Source[] {
  const root = join(packageRoot, 'src')
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(root, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }))
}

test('no file of src/ imports what its layer may not see', () => {
  const sources = readSources()
  expect(sources.length).toBeGreaterThan(20)
  expect(forbiddenEdges(sources)).toEqual([])
})

test('every file of src/ belongs to a layer', () => {
  const homeless = readSources().filter(({ path }) => !isExempt(path) && !layers.some(({ files }) => files.test(path)))
  expect(homeless.map(({ path }) => path)).toEqual([])
})

test.each([
  ['the core and an adapter', 'core/tasks/start.ts', "import { open } from '../../adapters/blobs/disk.ts'"],
  ['the core and the file system', 'core/tasks/start.ts', "import { readFile } from 'node:fs/promises'"],
  ['the core and a package', 'core/tasks/start.ts', "import sharp from 'sharp'"],
  ['the core and the configuration', 'core/caller.ts', "import type { Config } from '../config.ts'"],
  ['two adapters', 'adapters/database/store.ts', "export { lru } from '../blobs/lru.ts'"],
  ['two APIs', 'apis/home/index.ts', "const { tasks } = await import('../tasks/index.ts')"],
  ['an API and an adapter', 'apis/tasks/upload.ts', "import type {\n  Disk,\n} from '../../adapters/blobs/disk.ts'"],
  ['a child of the engine and its pool', 'adapters/engine/child/run.ts', "import '../pool.ts'"],
  [
    'a child of the engine and the tasks',
    'adapters/engine/child/run.ts',
    "import { a } from '../../../core/tasks/run.ts'",
  ],
  ['HTTP and an API', 'http/app.ts', "import { tasks } from '../apis/tasks/index.ts'"],
  ['a job and an adapter', 'jobs/expire.ts', "import { x } from '../adapters/database/tasks.ts'"],
  ['an API and an engine', 'apis/tasks/upload.ts', "import { Kysely } from 'kysely'"],
  ['the product and a test server', 'adapters/blobs/s3.ts', "import { s3 } from './test-s3.ts'"],
])('an edge between %s is found', (_name, path, text) => {
  expect(forbiddenEdges([{ path, text }])).toHaveLength(1)
})

test.each([
  ['core/tasks/params.ts', "import { z } from 'zod'\nimport type { Clock } from '../ports.ts'"],
  ['core/ids.ts', "import { randomBytes } from 'node:crypto'"],
  ['adapters/database/sqlite/open.ts', "import { Kysely } from 'kysely'\nimport { built } from '../../../paths.ts'"],
  ['adapters/engine/child/steps/crop.ts', "import type { Crop } from '../../../../core/processing/operations.ts'"],
  ['compose.ts', "import { openSqlite } from './adapters/database/sqlite/open.ts'"],
  ['adapters/blobs/disk.test.ts', "import { x } from '../database/store.ts'"],
  ['core/errors.ts', "// import nothing from '../compose.ts' here\nexport type A = 'b'"],
])('what %s may import is allowed', (path, text) => {
  expect(forbiddenEdges([{ path, text }])).toEqual([])
})
