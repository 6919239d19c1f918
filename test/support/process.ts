/** The server as people start it: `bin/imagestead.js serve` in a process of its own, which tests may kill. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { publicKey, secretKey } from './stack.ts'

export interface ServerProcess {
  url: string
  child: ChildProcess
  /** Exit code, or null after a signal. */
  ended: Promise<number | null>
  /** Everything it printed so far. */
  output(): string
  kill(signal: NodeJS.Signals): Promise<number | null>
}

const executable = join(import.meta.dirname, '../../bin/imagestead.js')

/** Starts the command and collects what it prints. */
export function runCommand(args: string[], settings: Record<string, string>) {
  const given = Object.entries({
    PORT: '0',
    LOG_LEVEL: 'warn',
    BOOTSTRAP_PUBLIC_KEY: publicKey,
    BOOTSTRAP_SECRET_KEY: secretKey,
    ...settings,
  })
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('IMAGESTEAD_'))
  const env = Object.fromEntries([...inherited, ...given.map(([name, value]) => [`IMAGESTEAD_${name}`, value])])
  const child = spawn(process.execPath, [executable, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { child, ended, output: () => output }
}

/** Resolves when the server listens. @throws when it ends before */
export async function startProcess(settings: Record<string, string>): Promise<ServerProcess> {
  const started = runCommand(['serve'], settings)
  const url = await new Promise<string>((resolve, reject) => {
    const look = () => {
      const ready = /ready at (http:\S+)/.exec(started.output())?.[1]
      if (ready !== undefined) resolve(ready)
    }
    started.child.stderr.on('data', look)
    started.ended.then(() => reject(new Error(`the server did not start:\n${started.output()}`)))
  })
  return {
    ...started,
    url,
    kill: (signal) => {
      started.child.kill(signal)
      return started.ended
    },
  }
}
