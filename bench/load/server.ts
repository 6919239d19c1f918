/** The server under test: the real executable with its default settings, on a free port, with a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { get } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { SignJWT } from 'jose'

const packageFile = fileURLToPath(new URL('../../package.json', import.meta.url))
/** What `npm start` runs, without npm. */
const startCommand: string[] = JSON.parse(readFileSync(packageFile, 'utf8')).scripts.start.split(' ').slice(1)
const publicKey = 'project_public_0123456789abcdef0123456789abcdef_bench'
const secretKey = 'secret_key_fedcba9876543210fedcba9876543210_bench'

export interface Server {
  pid: number
  port: number
  /** A token of the Tasks API. */
  token: string
  /** Of the Library API. */
  privateKey: string
  /** From the start of the process to the first 200 of /readyz. */
  readyMs: number
  stop(): Promise<void>
}

export interface ServerOptions {
  /** Holds the data folder and the log. */
  folder: string
  /** IMAGESTEAD_ settings without prefix that the scenario needs to differ from the defaults. */
  settings?: Record<string, string>
  /** Options of Node itself, e.g. to profile. */
  nodeOptions?: readonly string[]
}

export async function startServer({ folder, settings = {}, nodeOptions = [] }: ServerOptions): Promise<Server> {
  await mkdir(folder, { recursive: true })
  const port = await freePort()
  const environment = {
    DATA_DIR: join(folder, 'data'),
    PORT: String(port),
    BOOTSTRAP_PUBLIC_KEY: publicKey,
    BOOTSTRAP_SECRET_KEY: secretKey,
    ...settings,
  }
  const log = openSync(join(folder, 'server.log'), 'a')
  const started = performance.now()
  const child = spawn(process.execPath, [...nodeOptions, ...startCommand], {
    cwd: dirname(packageFile),
    env: { ...ownEnvironment(), ...prefixed(environment) },
    stdio: ['ignore', log, log],
  })
  await ready(child, port, folder)
  const readyMs = performance.now() - started
  return {
    pid: child.pid ?? 0,
    port,
    token: await signToken(),
    privateKey: secretKey,
    readyMs,
    stop: () => stop(child),
  }
}

/** The caller's settings must not leak into the server under test. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('IMAGESTEAD_') && name !== 'NODE_OPTIONS'),
  )
}

const prefixed = (settings: Record<string, string>) =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [`IMAGESTEAD_${name}`, value]))

async function ready(child: ChildProcess, port: number, folder: string): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop(child)
      throw new Error(`the server did not start; see ${join(folder, 'server.log')}`)
    }
    await sleep(4)
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    get({ port, host: '127.0.0.1', path: '/readyz', agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 200))
    }).once('error', () => resolve(false))
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(timer)
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** A token of the Tasks API, with further claims. */
export function signToken(claims: Record<string, unknown> = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ iat: now, exp: now + 3600, jti: publicKey, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secretKey))
}
