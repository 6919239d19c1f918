/** The command line: picks the command, loads the configuration, and turns failures into one clear line and an exit code. */
import { ConfigError, loadConfig } from './config.ts'
import { DomainError } from './core/errors.ts'
import { version } from './paths.ts'

/** Exit codes (ux.md section 3): 0 done, 1 failure, 2 usage, 3 key refused, 4 not found, 75 try later, 130 interrupted. */
const exitCodes = { failure: 1, usage: 2, refused: 3, notFound: 4, tryLater: 75, interrupted: 130 }

const help = `imagestead ${version}

  imagestead serve [--no-jobs]      the server: APIs, docs, jobs (--no-jobs: only those of its own requests)
  imagestead worker                 jobs only, no HTTP; needs IMAGESTEAD_DATABASE_URL
  imagestead migrate                bring the database up to date and stop

  imagestead projects create ID [--name NAME]
  imagestead projects list | disable ID
  imagestead projects set ID [--name NAME] [--status active|disabled] [--auth on|off]
                             [--monthly-files N|unlimited] [--storage-bytes N|unlimited]
                             [--file-deadline-ms N|default]
                             [--ips LIST|none] [--domains LIST|none] [--webhook-format json|form]
                             [--score-on-ingest on|off] [--moderation-threshold 0..1]
  imagestead users create NAME --project ID (--password-stdin)
  imagestead users list | disable NAME
  imagestead users credits NAME | audit NAME   every change of the balance; what the user did with own keys
  imagestead users set NAME [--status active|disabled] [--email ADDRESS] [--password-stdin]
                             [--credits N|unlimited] [--site-access none|view_watermarked|view|download|contribute|manage]
  imagestead keys create --project ID [--kind pair|client|site] [--user NAME] [--label TEXT]
                             [--scope GROUP=none|read|write ...]
  imagestead keys list [--project ID] [--reveal]
  imagestead keys roll ID [--grace now|1h|24h|3d|7d] | disable ID
  imagestead keys roll site-media   the key that signs links to photos and films of the Sites API
  imagestead webhooks list [--project ID] [--state pending|delivered|failed|skipped] [--subject ID] [--limit 50]
  imagestead webhooks show ID [--body] | replay ID | enable ID | stopped [--project ID]
  imagestead webhooks endpoints [--project ID] | remove ID
  imagestead webhooks add [--project ID] --url URL [--events all|LIST] [--enabled on|off]
  imagestead webhooks set ID [--url URL] [--events all|LIST] [--enabled on|off]
  imagestead webhooks secret [--project ID] [--roll [--grace 24h]]
  imagestead score --project ID [--folder /PATH] [--again]   a job that scores and labels the pictures of a library
  imagestead score list --project ID                        such jobs, and how far they are
  imagestead heads list --project ID   what examples taught (labels, taste), newest first
  imagestead heads train --project ID --folder LABEL=/PATH ... [--tag LABEL=TAG ...] [--use]
  imagestead heads use ID --project ID [--off] | delete ID --project ID
  imagestead sites pull INSTALLATION ... --to FOLDER [--url URL] [--key-file FILE] [--since DATE|7d]
                             [--variant original|preview|thumb|watermark] [--at-once N] [--verify]
  imagestead sites push FOLDER --installation ID [--url URL] [--key-file FILE] [--camera ID] [--tag NAME ...]
                             [--watch] [--move-to FOLDER | --delete] [--at-once N]
                                    photos of an installation to a folder, and back; the key: IMAGESTEAD_SITE_KEY
  imagestead welcome [--project ID] a new one-time link that shows the keys
  imagestead eval ladder|stability --photos DIR [--split test|tuning|all] [--json FILE] [--markdown FILE]
  imagestead eval aesthetic --csv FILE [--photos DIR] [--json FILE] [--markdown FILE]
                                    how well scores do: on spoilt copies, on resized ones, against people's ratings
  imagestead eval labels --photos DIR [--few-shot 3,5,10,20] [--draws 5] [--out-of-set DIR] photos <house>_<label>.jpg
  imagestead eval scores --photos DIR  the score of each photo with what it is made of
  imagestead reconcile [--dry-run]  compare the database with the stored bytes and delete what nothing references
  imagestead models list [--json]   the models that look at pictures, and which are ready
  imagestead models pull ID [--from URL|FOLDER] [--sha256 HASH] [--accept-license]
  imagestead models verify [ID]     read every file again; fails when a wanted model is not ready

Settings come from the environment, see docs/configuration.md. Lists take --json.
`

type Command = (args: string[], config: ReturnType<typeof loadConfig>) => Promise<number>

const commands: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./commands/serve.ts')).serve,
  worker: async () => (await import('./commands/serve.ts')).worker,
  migrate: async () => (await import('./commands/migrate.ts')).migrate,
  projects: async () => (await import('./commands/projects.ts')).projects,
  users: async () => (await import('./commands/users.ts')).users,
  keys: async () => (await import('./commands/keys.ts')).keys,
  heads: async () => (await import('./commands/heads.ts')).heads,
  webhooks: async () => (await import('./commands/webhooks.ts')).webhooks,
  score: async () => (await import('./commands/score.ts')).score,
  sites: async () => (await import('./commands/sites.ts')).sites,
  welcome: async () => (await import('./commands/welcome.ts')).welcome,
  eval: async () => (await import('./commands/eval.ts')).evaluate,
  models: async () => (await import('./commands/models.ts')).models,
  reconcile: async () => (await import('./commands/reconcile.ts')).reconcile,
}

/** Runs one command; resolves to the exit code. */
export async function main(args: string[]): Promise<number> {
  const [name = 'help', ...rest] = args
  if (name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(help)
    return 0
  }
  if (name === '--version' || name === '-v' || name === 'version') {
    process.stdout.write(`${version}\n`)
    return 0
  }
  const load = commands[name]
  if (load === undefined) {
    process.stderr.write(`imagestead: there is no command "${name}".\n\n${help}`)
    return exitCodes.usage
  }
  try {
    const config = loadConfig(process.env)
    return await (await load())(rest, config)
  } catch (error) {
    return tell(error)
  }
}

function tell(error: unknown): number {
  if (error instanceof ConfigError) {
    process.stderr.write(`imagestead: the configuration is wrong:\n${error.message.replaceAll(/^/gm, '  ')}\n`)
    return exitCodes.usage
  }
  if (error instanceof DomainError) {
    process.stderr.write(`imagestead: ${error.message}\n`)
    if (error.code === 'not_found') return exitCodes.notFound
    if (error.code === 'unauthenticated' || error.code === 'forbidden') return exitCodes.refused
    if (['unavailable', 'overloaded', 'rate_limited'].includes(error.code)) return exitCodes.tryLater
    if (error.code === 'cancelled') return exitCodes.interrupted
    return error.code === 'invalid' ? exitCodes.usage : exitCodes.failure
  }
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    process.stderr.write(`imagestead: ${error.message}\n`)
    return exitCodes.usage
  }
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    process.stderr.write('imagestead: the port is taken; stop the other program or set IMAGESTEAD_PORT.\n')
  else
    process.stderr.write(
      `imagestead: ${message}\n${process.env.IMAGESTEAD_LOG_LEVEL === 'debug' ? (error as Error).stack : ''}`,
    )
  return exitCodes.failure
}
