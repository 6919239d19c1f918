/** Starts a reference program of bench/peers in a process of its own and talks to it, one question at a time. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Peer<Question, Reply> {
  pid: number
  ask(question: Question): Promise<Reply>
  stop(): Promise<void>
}

export interface PeerOptions {
  /** At the priority of engine children: on a machine with other work it decides who gets the cores. */
  low?: boolean
  environment?: Record<string, string>
}

export async function startPeer<Question extends object, Reply>(
  name: string,
  { low = false, environment = {} }: PeerOptions = {},
): Promise<Peer<Question, Reply>> {
  const module = fileURLToPath(new URL(`../peers/${name}.ts`, import.meta.url))
  const child = fork(module, [], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    ...(low ? { execPath: 'nice', execArgv: ['-n', '10', process.execPath, ...process.execArgv] } : {}),
  })
  const replies = answersOf(child)
  await replies()
  return {
    pid: child.pid ?? 0,
    ask(question) {
      child.send(question)
      return replies() as Promise<Reply>
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** The next message; rejects when the process ends instead. */
function answersOf(child: ChildProcess): () => Promise<unknown> {
  return () =>
    new Promise((resolve, reject) => {
      const onExit = () => reject(new Error(`${child.spawnargs.at(-1)} ended`))
      child.once('exit', onExit)
      child.once('message', (message) => {
        child.off('exit', onExit)
        resolve(message)
      })
    })
}
