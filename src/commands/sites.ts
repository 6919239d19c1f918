/** `imagestead sites`: photos of an installation to a folder, and back. Any server of the Sites API, over HTTP alone. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import { DomainError, invalid } from '../core/errors.ts'
import { duration, usage } from './operator.ts'
import { type SitesServer, sitesServer } from './sites/client.ts'
import { type PullVariant, pull, pullVariants } from './sites/pull.ts'
import { push } from './sites/push.ts'
import { createReport, type Report, type Streams } from './sites/report.ts'

const options = {
  url: { type: 'string' },
  'key-file': { type: 'string' },
  json: { type: 'boolean', default: false },
  'at-once': { type: 'string' },
  to: { type: 'string' },
  since: { type: 'string' },
  variant: { type: 'string', default: 'original' },
  verify: { type: 'boolean', default: false },
  installation: { type: 'string' },
  camera: { type: 'string' },
  tag: { type: 'string', multiple: true },
  watch: { type: 'boolean', default: false },
  'move-to': { type: 'string' },
  delete: { type: 'boolean', default: false },
  settle: { type: 'string', default: '2s' },
} as const

type Values = ReturnType<typeof parse>['values']
const parse = (args: string[]) => parseArgs({ args, options, allowPositionals: true })

const pullUsage =
  'sites pull INSTALLATION ... --to FOLDER [--since 2021-05-31|7d] [--variant original|preview|thumb|watermark] [--verify]'
const pushUsage =
  'sites push FOLDER --installation ID [--camera ID] [--tag NAME ...] [--watch] [--settle 2s] [--move-to FOLDER | --delete]'

export async function sites(args: string[], config: Config, streams: Streams = process): Promise<number> {
  const { values, positionals } = parse(args)
  const [action, ...names] = positionals
  if (action !== 'pull' && action !== 'push') throw usage(`${pullUsage}\n       imagestead ${pushUsage}`)
  const stopped = new AbortController()
  const interrupt = () =>
    stopped.abort(new DomainError('cancelled', 'Interrupted; the same command goes on from here.'))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const report = createReport(action === 'pull' ? 'fetched' : 'sent', values.json, streams)
  const { signal } = stopped
  try {
    const server = sitesServer({
      url: urlOf(values, config),
      key: await keyOf(values, config),
      signal,
      say: report.say,
    })
    await (action === 'pull' ? runPull(server, report, values, names) : runPush(server, report, values, names, signal))
    if (!values.watch) signal.throwIfAborted()
    return report.end()
  } catch (error) {
    const code = report.end(true)
    if (!signal.aborted) throw error
    // Who watches is ended by no other means.
    if (values.watch) return code
    throw signal.reason
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

async function runPull(
  server: SitesServer,
  report: Report,
  values: Values,
  installations: readonly string[],
): Promise<void> {
  const variant = pullVariants.find((one) => one === values.variant)
  if (installations.length === 0 || values.to === undefined || variant === undefined) throw usage(pullUsage)
  const wanted: { variant: PullVariant } = { variant }
  const since = values.since === undefined ? undefined : sinceOf(values.since)
  const more = { since, verify: values.verify, atOnce: atOnceOf(values, 4) }
  await pull(server, report, { ...wanted, ...more, installations, folder: resolve(values.to) })
}

async function runPush(
  server: SitesServer,
  report: Report,
  values: Values,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const [folder, ...others] = folders
  const { installation, camera, watch, tag: tags = [], delete: deletes } = values
  const moveTo = values['move-to']
  const isWrong = others.length > 0 || (deletes && moveTo !== undefined)
  if (folder === undefined || installation === undefined || isWrong) throw usage(pushUsage)
  await push(server, report, {
    folder: resolve(folder),
    installation,
    camera,
    tags,
    watch,
    moveTo: moveTo === undefined ? undefined : resolve(moveTo),
    deletes,
    atOnce: atOnceOf(values, 2),
    settleMs: duration('--settle', values.settle),
    signal,
  })
}

function urlOf({ url }: Values, config: Config): string {
  const given = url ?? config.SITE_URL ?? config.PUBLIC_URL ?? `http://127.0.0.1:${config.PORT}`
  if (!URL.canParse(given) || !/^https?:/.test(given)) throw invalid('--url', '--url must be an http or https URL.')
  return given.replace(/\/+$/, '').replace(/\/site$/, '')
}

/** Never an argument: other processes see those. */
async function keyOf(values: Values, config: Config): Promise<string> {
  const path = values['key-file']
  const text = path === undefined ? config.SITE_KEY : await readFile(path, 'utf8').catch(() => '')
  const key = text?.trim() ?? ''
  if (/^\S+$/.test(key)) return key
  if (path !== undefined) throw invalid('--key-file', `The file ${path} holds no API key.`)
  throw invalid(
    'IMAGESTEAD_SITE_KEY',
    'Set IMAGESTEAD_SITE_KEY to an API key, or name a file that holds one with --key-file.',
  )
}

/** A day, a moment, or so long ago. */
function sinceOf(text: string): number {
  if (/^\d+[smhd]$/.test(text)) return Date.now() - duration('--since', text)
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw invalid('--since', '--since must be a date such as 2021-05-31, or a time such as 7d.')
  return at
}

function atOnceOf(values: Values, usual: number): number {
  const text = values['at-once'] ?? String(usual)
  if (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= 16) return Number(text)
  throw invalid('--at-once', '--at-once must be from 1 to 16.')
}
