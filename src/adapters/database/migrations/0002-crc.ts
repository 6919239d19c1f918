/** The CRC-32 of a blob may be unknown: only ZIPs need it, so it is not computed for uploads. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  if (engine === 'postgres') {
    await sql`alter table blobs alter column crc32 drop not null`.execute(db)
    return
  }
  // SQLite cannot change a column, but replace it.
  await sql`alter table blobs add column crc integer`.execute(db)
  await sql`update blobs set crc = crc32`.execute(db)
  await sql`alter table blobs drop column crc32`.execute(db)
  await sql`alter table blobs rename column crc to crc32`.execute(db)
}
