/** File encryption of tasks: salted check values of the keys of their files and outputs. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('tasks').addColumn('file_key_check', 'text').execute()
  await db.schema.alterTable('tasks').addColumn('output_key_check', 'text').execute()
  // What has been uploaded before is plain.
  await sql`update tasks set file_key_check = '' where id in
    (select task from task_files union select task from task_chunks)`.execute(db)
}
