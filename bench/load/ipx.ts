/** Starts ipx over a folder of pictures; its packages are installed on first use, beside the bench and nowhere else. */
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const folder = fileURLToPath(new URL('../peers/ipx/', import.meta.url))

export interface Ipx {
  pid: number
  port: number
  stop(): Promise<void>
}

/** Undefined when it cannot be installed: the figures beside it are left out. */
export async function startIpx(pictures: string, say: (line: string) => void): Promise<Ipx | undefined> {
  try {
    if (!existsSync(`${folder}node_modules/ipx`)) {
      say('installing ipx beside the bench (once)')
      await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: folder })
    }
    const child = fork(`${folder}serve.js`, [], { env: { ...process.env, IPX_FOLDER: pictures }, execArgv: [] })
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    return {
      pid: child.pid ?? 0,
      port,
      async stop() {
        if (child.exitCode !== null || child.signalCode !== null) return
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      },
    }
  } catch (error) {
    say(`no ipx: ${error instanceof Error ? error.message.split('\n')[0] : error}`)
    return undefined
  }
}
