/**
 * With blobs on a local disk only one node may serve a database: what another node stored would be missing here. The
 * node holds an advisory lock on a connection of its own; the lock goes with the connection, however the node ends.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { DomainError } from '../../../core/errors.ts'

/** Any fixed number: the lock's name in the database. */
const lockNumber = 0x1a6e57ead

const retryMs = 2000

export interface SoleNode {
  release(): Promise<void>
}

/** @throws DomainError `conflict` when another node holds the lock */
export async function claimSoleNode(connectionString: string): Promise<SoleNode> {
  let released = false
  let client = await take()

  async function take(): Promise<pg.Client> {
    const fresh = new pg.Client({
      connectionString,
      application_name: 'imagestead node',
      connectionTimeoutMillis: 5000,
      keepAlive: true,
    })
    fresh.on('error', () => void again())
    await fresh.connect()
    const { rows } = await fresh.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [lockNumber])
    if (rows[0]?.held === true) return fresh
    await fresh.end()
    throw new DomainError(
      'conflict',
      'Another node serves this database with blobs on its own disk. Give all nodes one S3 store (IMAGESTEAD_S3_*), or declare a shared folder by IMAGESTEAD_DATABASE_SHARED_DISK=on.',
    )
  }

  /** The database was restarted: the lock is taken anew when it answers. */
  async function again(): Promise<void> {
    while (!released) {
      try {
        client = await take()
        return
      } catch {
        await sleep(retryMs, undefined, { ref: false })
      }
    }
  }

  return {
    async release() {
      released = true
      await client.end().catch(() => undefined)
    },
  }
}
