/** `imagestead serve` and `imagestead worker`: run until SIGTERM, then drain; a second signal ends at once. */
import { parseArgs } from 'node:util'
import { listeningOn } from '../compose/addresses.ts'
import { type Composed, compose } from '../compose.ts'
import { type Config, ConfigError, unknownSettings } from '../config.ts'

export async function serve(args: string[], config: Config): Promise<number> {
  const { values } = parseArgs({ args, options: { 'no-jobs': { type: 'boolean', default: false } } })
  const composed = await compose(config, { pollsForJobs: !values['no-jobs'] })
  warnUnknown(composed)
  await composed.app.fastify.listen({ host: config.HOST, port: config.PORT })
  await greet(composed, config)
  return untilSignal(composed, config)
}

export async function worker(args: string[], config: Config): Promise<number> {
  parseArgs({ args, options: {} })
  if (config.DATABASE_URL === undefined) {
    throw new ConfigError('IMAGESTEAD_DATABASE_URL is needed by a worker; with SQLite the server runs the jobs itself')
  }
  const composed = await compose(config)
  warnUnknown(composed)
  composed.log.info('worker is looking for jobs')
  return untilSignal(composed, config)
}

function warnUnknown({ log }: Composed): void {
  for (const name of unknownSettings(process.env))
    log.warn({ name }, 'this variable is no setting; docs/configuration.md lists them all')
}

/** For the person at the terminal; on standard error, the log is on standard output. */
async function greet(composed: Composed, config: Config): Promise<void> {
  const [address] = listeningOn(composed.app)
  const scheme = config.TLS_CERT_FILE === undefined ? 'http' : 'https'
  const host = address?.family === 'IPv6' ? `[${address.address}]` : address?.address
  const reachable = host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host
  const url = config.PUBLIC_URL ?? `${scheme}://${reachable}:${address?.port}`
  process.stderr.write(`\nImagestead is ready at ${url}\n`)
  const token = await composed.welcome.offer(config.BOOTSTRAP_PROJECT)
  if (token !== undefined) process.stderr.write(`Your first keys, once and for one browser: ${url}/?welcome=${token}\n`)
  process.stderr.write('\n')
}

function untilSignal(composed: Composed, config: Config): Promise<number> {
  return new Promise((resolve) => {
    let signals = 0
    const stop = (signal: NodeJS.Signals) => {
      signals += 1
      if (signals > 1) process.exit(130)
      composed.log.info({ signal }, 'draining')
      // Whatever hangs may not keep the process for ever.
      setTimeout(() => process.exit(1), config.HTTP_DRAIN_MS * 2 + 5000).unref()
      composed.close().then(
        () => resolve(0),
        (err: unknown) => {
          composed.log.error({ err }, 'draining failed')
          resolve(1)
        },
      )
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}
