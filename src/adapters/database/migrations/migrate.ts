/** Brings a database to the latest schema: a static list of forward steps, run by Kysely's Migrator under its lock. */
import { type Kysely, Migrator } from 'kysely'
import type { EngineName } from '../schema.ts'
import { up as foundation } from './0001-foundation.ts'
import { up as crc } from './0002-crc.ts'
import { up as encryption } from './0003-encryption.ts'
import { up as webhooks } from './0004-webhooks.ts'
import { up as usage } from './0005-usage.ts'
import { up as library } from './0006-library.ts'
import { up as search } from './0007-search.ts'
import { up as access } from './0008-access.ts'
import { up as uploads } from './0009-uploads.ts'
import { up as bulkJobs } from './0011-bulk-jobs.ts'
import { up as settings } from './0012-settings.ts'
import { up as versionNumbers } from './0013-version-numbers.ts'
import { up as renditions } from './0014-renditions.ts'
import { up as originFiles } from './0015-origin-files.ts'
import { up as accounts } from './0016-accounts.ts'
import { up as sights } from './0017-sights.ts'
import { up as vectors } from './0018-vectors.ts'
import { up as heads } from './0019-heads.ts'
import { up as siteKeys } from './0020-site-keys.ts'
import { up as sites } from './0021-sites.ts'
import { up as webSessions } from './0022-web-sessions.ts'
import { up as shares } from './0025-shares.ts'
import { up as siteLimits } from './0028-site-limits.ts'
import { up as cameras } from './0023-cameras.ts'

type Step = (db: Kysely<unknown>, engine: EngineName) => Promise<void>

/** In this order for ever; a released step is never changed. */
const steps: Record<string, Step> = {
  '0001-foundation': foundation,
  '0002-crc': crc,
  '0003-encryption': encryption,
  '0004-webhooks': webhooks,
  '0005-usage': usage,
  '0006-library': library,
  '0007-search': search,
  '0008-access': access,
  '0009-uploads': uploads,
  '0011-bulk-jobs': bulkJobs,
  '0012-settings': settings,
  '0014-renditions': renditions,
  '0015-origin-files': originFiles,
  '0013-version-numbers': versionNumbers,
  '0019-heads': heads,
  '0016-accounts': accounts,
  '0017-sights': sights,
  '0018-vectors': vectors,
  '0020-site-keys': siteKeys,
  '0021-sites': sites,
  '0022-web-sessions': webSessions,
  '0025-shares': shares,
  '0028-site-limits': siteLimits,
  '0023-cameras': cameras,
}

/**
 * Runs outstanding steps in one transaction.
 * @param db over a connection without statement timeouts
 */
export async function migrateToLatest(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  const migrations = Object.fromEntries(
    Object.entries(steps).map(([name, step]) => [
      name,
      { up: (transaction: Kysely<unknown>) => step(transaction, engine) },
    ]),
  )
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: 'migrations',
    migrationLockTableName: 'migrations_lock',
  })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return
  if (error instanceof Error && error.message.startsWith('corrupted migrations')) {
    throw new Error('The database was written by a newer version of Imagestead; install that version or a newer one.', {
      cause: error,
    })
  }
  throw error
}
