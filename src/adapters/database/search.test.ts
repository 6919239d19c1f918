import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import type { MetadataStore } from '../../core/ports.ts'
import { openPostgres } from './postgres/open.ts'
import { startTestPostgres, type TestPostgres } from './postgres/test-server.ts'
import { searchContract } from './search.contract.ts'
import { openSqlite } from './sqlite/open.ts'
import { createTestClock } from './test-records.ts'

describe('SQLite', () => {
  const path = mkdtempSync(join(tmpdir(), 'imagestead-search-'))
  let store: MetadataStore
  beforeAll(async () => {
    store = await openSqlite({ path, clock: createTestClock() })
    await store.migrate()
  })
  afterAll(async () => {
    await store.close()
    rmSync(path, { recursive: true, force: true })
  })
  searchContract(() => store)
})

describe('PostgreSQL', () => {
  let server: TestPostgres
  let store: MetadataStore
  beforeAll(async () => {
    server = await startTestPostgres()
    store = await openPostgres({ url: await server.url(), pool: 5, clock: createTestClock() })
    await store.migrate()
  })
  afterAll(async () => {
    await store.close()
    await server.stop()
  })
  searchContract(() => store)
})
