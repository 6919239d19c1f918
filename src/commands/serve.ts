/** `imagestead serve` and `imagestead worker`: run until SIGTERM, then drain; a second signal ends at once. */
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { listeningOn } from '../compose/addresses.ts'
import { composeOperator } from '../compose/operator.ts'
import type { Composed, ComposeOptions } from '../compose.ts'
import { type Config, ConfigError, unknownSettings } from '../config.ts'

/** The heap may grow by half before it is collected as a whole; V8 lets it grow four times, up to 60 MB more (bench G9). */
const growth = '--heap-growing-percent=50'

export async function serve(args: string[], config: Config): Promise<number> {
  setFlagsFromString(growth)
  const { values } = parseArgs({ args, options: { 'no-jobs': { type: 'boolean', default: false } } })
  const composed = await start(config, { pollsForJobs: !values['no-jobs'] })
  warnUnknown(composed)
  try {
    await composed.app.fastify.listen({ host: config.HOST, port: config.PORT })
    await greet(composed, config)
  } catch (error) {
    await composed.close()
    throw error
  }
  return untilSignal(composed, config)
}

export async function worker(args: string[], config: Config): Promise<number> {
  setFlagsFromString(growth)
  parseArgs({ args, options: {} })
  if (config.DATABASE_URL === undefined) {
    throw new ConfigError('IMAGESTEAD_DATABASE_URL is needed by a worker; with SQLite the server runs the jobs itself')
  }
  const composed = await start(config)
  warnUnknown(composed)
  composed.log.info('worker is looking for jobs')
  return untilSignal(composed, config)
}

/** Threads open the database while this one loads the modules of the server: a fifth of the time until it is ready. */
async function start(config: Config, options: ComposeOptions = {}): Promise<Composed> {
  const operator = composeOperator(config, undefined, true)
  // What goes wrong is told by whoever waits for it.
  operator.catch(() => undefined)
  try {
    const { compose } = await import('../compose.ts')
    return await compose(config, { ...options, operator })
  } catch (error) {
    // Open threads would keep a process alive that serves nobody.
    await (await operator).close()
    throw error
  }
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
