/** The client of G7 in a process of its own: one request every few milliseconds on one connection. */
import { Agent, get, type RequestOptions } from 'node:http'

export interface ProbeQuestion {
  port: number
  path: string
  token: string
  everyMs: number
  /** Ends after this many requests … */
  count: number
}

export interface ProbeReply {
  latenciesMs: number[]
}

process.on('message', (question: ProbeQuestion) => {
  void probe(question).then((latenciesMs) => process.send?.({ latenciesMs }))
})
process.send?.('ready')

/** A request that has to wait for the one before is timed from the moment it was due: a stall counts for all it holds up. */
async function probe({ port, path, token, everyMs, count }: ProbeQuestion): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers = { authorization: `Bearer ${token}` }
  const answers: Promise<number>[] = []
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      answers.push(timed({ host: '127.0.0.1', port, path, headers, agent }))
      if (answers.length < count) return
      clearInterval(timer)
      resolve()
    }, everyMs)
  })
  const latencies = await Promise.all(answers)
  agent.destroy()
  return latencies
}

function timed(options: RequestOptions): Promise<number> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    get(options, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - started)
        else reject(new Error(`status ${response.statusCode}`))
      })
    }).once('error', reject)
  })
}
