/**
 * Hostile files through the API of a server as people start it: mutations of valid files, and bombs. A sample here;
 * `HOSTILE_FILES=2000 npx vitest run test/fault/hostile.test.ts` is the full run, and prints what became of them.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { photo } from '../support/pictures.ts'
import { type ServerProcess, startProcess } from '../support/process.ts'
import { TasksClient } from '../support/tasks-client.ts'
import { bombs } from './hostile/bombs.ts'
import { mutations, random } from './hostile/mutations.ts'
import { validFiles } from './hostile/valid-files.ts'

const fileCount = Number(process.env.HOSTILE_FILES ?? 160)
/** Seconds per file, repair included. */
const deadlineS = fileCount >= 1000 ? 20 : 6
const clients = 4
const tools = [
  ['resizeimage', { pixels_width: 50 }],
  ['compressimage', {}],
  ['repairimage', {}],
  ['convertimage', { to: 'png' }],
  ['rotateimage', {}],
] as const

let folder: string
let server: ServerProcess
let client: TasksClient

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-hostile-'))
  const deadline = String(deadlineS * 1000)
  server = await startProcess({
    DATA_DIR: folder,
    LIMITS: 'off',
    TASKS_FILE_DEADLINE_MS: deadline,
    TASKS_REPAIR_DEADLINE_MS: deadline,
  })
  client = await TasksClient.of(server)
})
afterAll(async () => {
  await server.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

interface Outcome {
  name: string
  status: number
  /** FileSuccess or what the file's failure was called. */
  said: string
  seconds: number
}

/** The whole way of one file. Every refusal is the contract's shape; 5xx never. */
async function send(name: string, bytes: Buffer, [tool, params]: (typeof tools)[number]): Promise<Outcome> {
  const started = performance.now()
  const task = await client.start(tool)
  const uploaded = await client.upload(task, bytes, name)
  let answer = uploaded
  if (uploaded.status === 200) {
    const file = { server_filename: uploaded.json.server_filename, filename: name, rotate: 90 }
    answer = await client.process(task, tool, [file], params)
    if (answer.status === 200) expect((await client.download(task)).status, name).toBe(200)
    await client.call('DELETE', `/v1/task/${task}`)
  }
  const { error } = answer.json
  if (answer.status !== 200)
    expect(error, name).toMatchObject({ type: expect.any(String), message: expect.any(String) })
  const said = answer.status === 200 ? 'FileSuccess' : String(error.param?.[0]?.error ?? error.type)
  return { name, status: answer.status, said, seconds: (performance.now() - started) / 1000 }
}

async function expectGoodJob(): Promise<void> {
  const started = performance.now()
  const good = await send('good.jpg', await photo(64, 48), tools[0])
  expect(good.said).toBe('FileSuccess')
  // On the quiet machine of the full run it is 2 s (docs/compatibility.md).
  expect(performance.now() - started).toBeLessThan(fileCount >= 1000 ? 2000 : 10_000)
}

function summary(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>()
  for (const { said } of outcomes) counts.set(said, (counts.get(said) ?? 0) + 1)
  const slowest = outcomes.reduce((slow, outcome) => (outcome.seconds > slow.seconds ? outcome : slow))
  const said = [...counts].map(([name, count]) => `${name} ${count}`).join(', ')
  return `${outcomes.length} files: ${said}; slowest ${slowest.seconds.toFixed(1)} s (${slowest.name})`
}

/** None is a 5xx, none too late, and the server is the same process as before. */
async function judge(outcomes: readonly Outcome[]): Promise<void> {
  process.stderr.write(`${summary(outcomes)}\n`)
  expect(outcomes.filter(({ status }) => status >= 500)).toEqual([])
  expect(outcomes.filter(({ said }) => said === 'UnknownError')).toEqual([])
  expect(outcomes.filter(({ seconds }) => seconds > deadlineS + 5)).toEqual([])
  expect(server.child.exitCode).toBeNull()
  await expectGoodJob()
}

describe('hostile files', () => {
  it(`${fileCount} mutations of 40 valid files`, { timeout: 60_000 + fileCount * 2000 }, async () => {
    const valid = await validFiles()
    expect(valid).toHaveLength(40)
    for (const { name, bytes } of valid) {
      const outcome = await send(name, bytes, tools[3])
      expect(outcome.said, `${name} is valid`).toBe('FileSuccess')
    }
    const outcomes: Outcome[] = []
    let last = 0
    const worker = async () => {
      for (let seed = last++; seed < fileCount; seed = last++) {
        const next = random(seed)
        const file = valid[seed % valid.length]
        const mutate = mutations[Math.floor(next() * mutations.length)]
        const other = valid[Math.floor(next() * valid.length)]
        const tool = tools[Math.floor(next() * tools.length)]
        if (file === undefined || mutate === undefined || other === undefined || tool === undefined) continue
        const bytes = mutate(file.bytes, next, other.bytes)
        outcomes.push(await send(`${seed}-${mutate.name}-${tool[0]}-${file.name}`, bytes, tool))
      }
    }
    await Promise.all(Array.from({ length: clients }, worker))
    await judge(outcomes)
  })

  it('bombs', { timeout: 300_000 }, async () => {
    const outcomes: Outcome[] = []
    for (const [index, { name, bytes }] of bombs(await photo(64, 48)).entries()) {
      const tool = tools[index % 2 === 0 ? 0 : 2]
      outcomes.push(await send(name, bytes, tool))
    }
    await judge(outcomes)
  })
})
