/**
 * `npm run docs`: writes docs/configuration.md from the settings in src/config.ts, and the table of formats in
 * docs/compatibility.md from what the engine does (formats.ts). Tests keep both in step.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { settings } from '../src/config.ts'
import { packageRoot } from '../src/paths.ts'

export const configurationFile = join(packageRoot, 'docs', 'configuration.md')

const chapters: Record<keyof typeof settings, readonly [title: string, text: string]> = {
  server: ['Server', 'Where the server listens and how it is reached.'],
  storage: [
    'Storage',
    'Without any of these, everything lies in the data folder. Database and blobs move out independently: `DATABASE_URL` for PostgreSQL, the `S3_` settings for a bucket. Several nodes need both (or a shared disk).',
  ],
  secrets: [
    'Secrets and first keys',
    'The `BOOTSTRAP_` settings count at the first start only, when the database is empty; what they leave out is generated. Later, keys are made and rolled by `imagestead keys`.',
  ],
  limits: ['Limits', 'What one caller, one request and one image may take.'],
  sites: ['Sites', 'Photos of places over time: keys, limits, versions and films of the Sites API.'],
  scoring: ['Scoring', 'How pictures are looked at, scored and labelled: the Scoring API, and scores in the library.'],
  processing: ['Processing', 'How many images are worked on at once, and how long one may take.'],
  mail: ['Mail', 'For what the server sends to the address of an account; needed by nothing else.'],
  webhooks: ['Webhooks', 'How long a receiver is waited for, how often it is tried, and what is kept of it.'],
}

/** The whole page. */
export function configurationPage(): string {
  const groups = Object.entries(settings) as [keyof typeof settings, Group][]
  return `${[
    '# Configuration',
    '<!-- Made from src/config.ts by `npm run docs`; change it there. -->',
    `Everything is an environment variable with the prefix \`IMAGESTEAD_\`, and everything has a default: the server starts
with none set. Any variable can be given as \`…_FILE\` instead, naming a file that holds the value (for secrets of container
platforms). A wrong value refuses the start with one line per fault; a name that is no setting is warned about. Lists are
comma-separated or JSON arrays of strings; switches are \`on\` or \`off\`.`,
    ...groups.map(chapter),
  ].join('\n\n')}\n`
}

type Group = Record<string, { schema: { safeParse(value: unknown): { data?: unknown } }; doc: string; shown?: string }>

function chapter([name, group]: [keyof typeof settings, Group]): string {
  const [title, text] = chapters[name]
  const rows = Object.entries(group).map(([setting, { schema, doc, shown }]) => [
    `\`IMAGESTEAD_${setting}\``,
    shown ?? standard(setting, schema.safeParse(undefined).data),
    cell(doc),
  ])
  return `## ${title}\n\n${text}\n\n${table(['Name', 'Default', 'Meaning'], rows)}`
}

/** Columns of equal width, as the formatter writes them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  const rule = widths.map((width) => '-'.repeat(width))
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [head, rule, ...rows].map(line).join('\n')
}

/** The default, with its size or time in words a person reads faster. */
function standard(name: string, value: unknown): string {
  if (value === undefined) return 'unset'
  const shown = `\`${value}\``
  if (typeof value !== 'number') return shown
  if (name.endsWith('_BYTES') && value % (1024 * 1024) === 0) return `${shown} (${value / 1024 / 1024} MiB)`
  if (name.endsWith('_MS'))
    return `${shown} (${value % 3_600_000 === 0 ? `${value / 3_600_000} h` : `${value / 1000} s`})`
  return shown
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(configurationFile, configurationPage())
  const { writeCompatibilityPage } = await import('./formats.ts')
  await writeCompatibilityPage()
}
