import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import type { Clock, MetadataStore } from '../../../core/ports.ts'
import { built } from '../../../paths.ts'
import { jobsContract } from '../jobs.contract.ts'
import { storeContract } from '../store.contract.ts'
import { aProject, createTestClock } from '../test-records.ts'
import { openSqlite } from './open.ts'
import { startThread } from './thread.ts'

const root = mkdtempSync(join(tmpdir(), 'imagestead-sqlite-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const folder = () => mkdtempSync(join(root, 'data-'))

async function open(clock: Clock = createTestClock(), transactionMs = 5000, path = folder()): Promise<MetadataStore> {
  const store = await openSqlite({ path, clock, transactionMs })
  await store.migrate()
  return store
}

describe('SQLite store', () => storeContract(open))
describe('SQLite jobs', () => jobsContract(open))

/** Counts to 3 million: a second or so in which the connection does nothing else. */
const slow =
  'with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000) select max(i) as i from n'

describe('the SQLite engine', () => {
  it('keeps the event loop free during a slow query', async () => {
    const thread = startThread({ file: join(folder(), 'x.db'), readOnly: false, busyMs: 100 }, createTestClock())
    await thread.query('select 1', [])
    let ticks = 0
    const timer = setInterval(() => {
      ticks += 1
    }, 5)
    const { rows } = await thread.query(slow, [])
    clearInterval(timer)
    expect(rows).toEqual([[3_000_000]])
    // Blocked, the timer would have run once at most.
    expect(ticks).toBeGreaterThan(10)
    await thread.close()
  })

  it('tells how long a statement holds it up, starting not counted', async () => {
    const thread = startThread({ file: join(folder(), 'x.db'), readOnly: false, busyMs: 100 }, createTestClock())
    const first = thread.query('select 1', [])
    await sleep(5)
    expect(thread.heldUp()).toBe(0)
    await first
    expect(thread.heldUp()).toBe(0)
    const held = thread.query(slow, [])
    await expect.poll(thread.heldUp).toBeGreaterThan(20)
    await held
    expect(thread.heldUp()).toBe(0)
    await thread.close()
  })

  it('answers statements lost with their thread, and goes on with another', async () => {
    const thread = startThread({ file: join(folder(), 'x.db'), readOnly: false, busyMs: 100 }, createTestClock())
    const lost = thread.query(slow, [])
    thread.discard()
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' })
    expect((await thread.query('select 2 as two', [])).rows).toEqual([[2]])
    await thread.close()
  })

  it('runs nothing of a transaction that could not begin', async () => {
    const options = { file: join(folder(), 'x.db'), readOnly: false, busyMs: 20 }
    const [thread, other] = [startThread(options, createTestClock()), startThread(options, createTestClock())]
    await other.query('create table t (x)', [])
    await other.query('begin immediate', [])
    const opening = thread.query('insert into t values (1)', [], { begin: 'begin immediate' })
    const second = thread.query('insert into t values (2)', [], 'inside')
    await expect(opening).rejects.toMatchObject({ code: 'unavailable' })
    await expect(second).rejects.toMatchObject({ code: 'internal' })
    await other.query('rollback', [])
    expect((await thread.query('select count(*) from t', [])).rows).toEqual([[0]])
    await Promise.all([thread.close(), other.close()])
  })

  it('gives up waiting for the writer after the bounded wait', async () => {
    const store = await openSqlite({ path: folder(), clock: createTestClock(), busyMs: 50 })
    await store.migrate()
    const holding = store.tx(async () => {
      await sleep(300)
    })
    await expect(store.tx(async () => {})).rejects.toMatchObject({ code: 'unavailable', retryAt: expect.any(Number) })
    await holding
    await store.tx(({ meta }) => meta.set('a', 'b'))
    await store.close()
  })

  it('answers `unavailable` while another process holds the lock, and goes on after it', async () => {
    const path = folder()
    const store = await openSqlite({ path, clock: createTestClock(), busyMs: 50 })
    await store.migrate()
    const other = startThread({ file: join(path, 'imagestead.db'), readOnly: false, busyMs: 50 }, createTestClock())
    await other.query('begin immediate', [])
    await expect(store.tx(({ meta }) => meta.set('a', 'b'))).rejects.toMatchObject({ code: 'unavailable' })
    expect(await store.read.meta.get('a')).toBeUndefined()
    await other.query('rollback', [])
    await store.tx(({ meta }) => meta.set('a', 'b'))
    await other.close()
    await store.close()
  })

  it('answers `storage_full` when the disk is full, keeps reading, and goes on when there is room', async () => {
    const path = folder()
    const store = await open(createTestClock(), 5000, path)
    // No other way to fill a disk in a test: the writer's own page limit.
    const fill = startThread({ file: join(path, 'imagestead.db'), readOnly: false, busyMs: 50 }, createTestClock())
    await fill.query('pragma max_page_count = 1', [])
    await fill.query('begin immediate', [])
    const text = 'x'.repeat(100_000)
    await expect(fill.query('insert into meta values (?, ?)', ['big', text])).rejects.toMatchObject({
      code: 'storage_full',
    })
    await fill.query('rollback', [])
    expect(await store.read.meta.get('big')).toBeUndefined()
    await store.tx(({ meta }) => meta.set('big', text))
    await fill.close()
    await store.close()
  })

  it('keeps its files from other users of the machine', async () => {
    const path = join(folder(), 'made')
    const store = await open(createTestClock(), 5000, path)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(statSync(join(path, 'imagestead.db')).mode & 0o777).toBe(0o600)
    expect(statSync(join(path, 'imagestead.db-wal')).mode & 0o777).toBe(0o600)
    await store.close()
  })

  it('keeps every commit that was answered before the process was killed, and nothing of an open transaction', async () => {
    const path = folder()
    const answered = await run(
      path,
      `
      await store.migrate()
      for (let number = 1; ; number += 1) {
        await store.tx(({ meta }) => meta.set('last', String(number)))
        if (number < 20) continue
        process.stdout.write(String(number))
        await store.tx(async ({ meta }) => {
          await meta.set('last', 'half')
          process.kill(process.pid, 'SIGKILL')
        })
      }`,
    )
    const store = await open(createTestClock(), 5000, path)
    expect(await store.read.meta.get('last')).toBe(answered)
    await store.close()
  })

  it('keeps what was committed', async () => {
    const path = folder()
    const project = aProject()
    const first = await open(createTestClock(), 5000, path)
    await first.tx(({ projects }) => projects.insert(project))
    await first.close()
    const second = await open(createTestClock(), 5000, path)
    expect(await second.read.projects.list()).toEqual([project])
    await second.close()
  })
})

describe('a data folder', () => {
  it('is refused to a second server, in this process or another, until the first ends', async () => {
    const path = folder()
    const store = await open(createTestClock(), 5000, path)
    await expect(open(createTestClock(), 5000, path)).rejects.toThrow(/in use by another server process/)
    expect(await openElsewhere(path)).toMatch(/in use by another server process/)
    const beside = await openSqlite({ path, clock: createTestClock(), exclusive: false })
    await beside.tx(({ meta }) => meta.set('command', 'ran'))
    await beside.close()
    expect(await store.read.meta.get('command')).toBe('ran')
    await store.close()
    expect(await openElsewhere(path)).toBe('opened')
    // The process above was killed without closing.
    await (await open(createTestClock(), 5000, path)).close()
  })
})

/** Opens the folder in another process and kills that; returns `opened` or the error's message. */
function openElsewhere(path: string): Promise<string> {
  return run(path, `process.stdout.write('opened', () => process.kill(process.pid, 'SIGKILL'))`)
}

/** Runs a script in another process that opened the folder as `store`; returns what it wrote, or why it could not open. */
async function run(path: string, script: string): Promise<string> {
  const whole = `
    const { openSqlite } = await import(process.argv[1])
    const store = await openSqlite({ path: process.argv[2], clock: Date }).catch((error) => {
      process.stdout.write(error.message, () => process.exit())
      return new Promise(() => {})
    })
    ${script}`
  const module = built('adapters/database/sqlite/open.js')
  const finished = promisify(execFile)(process.execPath, ['--input-type=module', '-e', whole, module, path])
  const { stdout } = await finished.catch((error: { stdout: string }) => error)
  return stdout
}
