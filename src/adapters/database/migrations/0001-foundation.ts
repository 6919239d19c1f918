/** Projects, users, keys, blobs, tasks, jobs, counters: everything of the Tasks API. Every index names the query it serves. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await tenants(db, engine)
  await blobs(db, engine)
  await tasks(db, engine)
  await jobs(db, engine)
  await small(db, engine)
}

async function tenants(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'projects',
    { id: 'text', name: 'text', status: 'text', settings: 'text', created: 'integer' },
    ['id'],
  )
  await index(db, 'projects_by_age', 'projects (created, id)')
  await createTable(
    db,
    engine,
    'users',
    {
      id: 'text',
      username: 'text',
      project: 'text',
      email: 'text?',
      password_hash: 'text?',
      status: 'text',
      created: 'integer',
    },
    ['id'],
  )
  await uniqueIndex(db, 'users_username', 'users (username)')
  await index(db, 'users_by_age', 'users (created, id)')
  await createTable(
    db,
    engine,
    'keys',
    {
      id: 'text',
      project: 'text',
      user: 'text?',
      kind: 'text',
      label: 'text',
      public_key: 'text?',
      secret_sealed: 'text?',
      secret_hash: 'text?',
      status: 'text',
      expires: 'integer?',
      created: 'integer',
    },
    ['id'],
  )
  await uniqueIndex(db, 'keys_public_key', 'keys (public_key)')
  await uniqueIndex(db, 'keys_secret_hash', 'keys (secret_hash)')
  await index(db, 'keys_of_project', 'keys (project, created, id)')
}

async function blobs(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'blobs',
    {
      key: 'text',
      project: 'text',
      size: 'integer',
      sha256: 'text',
      crc32: 'integer',
      type: 'text',
      encryption: 'text?',
      refs: 'integer',
      created: 'integer',
    },
    ['key'],
  )
}

async function tasks(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'tasks',
    {
      id: 'text',
      project: 'text',
      tool: 'text',
      status: 'text',
      params: 'text?',
      custom_int: 'integer?',
      custom_string: 'text?',
      process_start: 'integer?',
      timer_ms: 'integer',
      filesize: 'integer',
      output_filesize: 'integer',
      output_filenumber: 'integer',
      output_extensions: 'text',
      download_filename: 'text',
      file_number: 'integer',
      created: 'integer',
      updated: 'integer',
      expires: 'integer',
    },
    ['id'],
  )
  await index(db, 'tasks_by_age', 'tasks (project, created, id)')
  await index(db, 'tasks_by_status', 'tasks (project, status, created, id)')
  await index(db, 'tasks_by_tool', 'tasks (project, tool, created, id)')
  await index(db, 'tasks_by_custom_int', 'tasks (project, custom_int, created, id) where custom_int is not null')
  // A prefix only: PostgreSQL refuses index entries beyond 2,700 bytes.
  await index(
    db,
    'tasks_by_custom_string',
    'tasks (project, substr(custom_string, 1, 100), created, id) where custom_string is not null',
  )
  await index(db, 'tasks_by_expiry', 'tasks (expires, id)')
  await taskParts(db, engine)
}

async function taskParts(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'task_files',
    {
      server_filename: 'text',
      task: 'text',
      project: 'text',
      blob: 'text',
      filename: 'text',
      size: 'integer',
      width: 'integer?',
      height: 'integer?',
      origin: 'text',
      created: 'integer',
    },
    ['server_filename'],
  )
  await index(db, 'task_files_of_task', 'task_files (task, created, server_filename)')
  await createTable(
    db,
    engine,
    'task_chunks',
    {
      task: 'text',
      filename: 'text',
      index: 'integer',
      total: 'integer',
      blob: 'text',
      size: 'integer',
      server_filename: 'text',
      created: 'integer',
    },
    ['task', 'filename', 'index'],
  )
  await createTable(
    db,
    engine,
    'task_results',
    {
      task: 'text',
      position: 'integer',
      server_filename: 'text',
      filename: 'text',
      status: 'text',
      message: 'text',
      timer_ms: 'integer',
      filesize: 'integer',
      output_filesize: 'integer',
    },
    ['task', 'position'],
  )
  await createTable(
    db,
    engine,
    'task_outputs',
    {
      task: 'text',
      position: 'integer',
      number: 'integer',
      blob: 'text',
      filename: 'text',
      size: 'integer',
      crc32: 'integer',
      format: 'text',
    },
    ['task', 'position', 'number'],
  )
}

async function jobs(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'jobs',
    {
      id: 'text',
      kind: 'text',
      lane: 'text',
      project: 'text?',
      subject: 'text',
      payload: 'text',
      status: 'text',
      attempt: 'integer',
      run_at: 'integer',
      lease_until: 'integer?',
      worker: 'text?',
      error: 'text?',
      created: 'integer',
      due_at: 'integer?',
      unique_key: 'text?',
    },
    ['id'],
  )
  // Claims and nextDue; also the counts of unfinished jobs.
  await index(db, 'jobs_due', 'jobs (lane, due_at, created, id) where due_at is not null')
  await index(db, 'jobs_by_subject', 'jobs (kind, subject)')
  await uniqueIndex(db, 'jobs_unique_key', 'jobs (unique_key)')
}

async function small(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'counters',
    { bucket: 'text', window_start: 'integer', window_ms: 'integer', value: 'integer', ends: 'integer' },
    ['bucket', 'window_start', 'window_ms'],
  )
  await index(db, 'counters_by_end', 'counters (ends)')
  await createTable(
    db,
    engine,
    'welcome_links',
    { token_hash: 'text', project: 'text', browser_hash: 'text?', expires: 'integer', created: 'integer' },
    ['token_hash'],
  )
  await index(db, 'welcome_links_of_project', 'welcome_links (project)')
  await index(db, 'welcome_links_of_browser', 'welcome_links (browser_hash)')
  await createTable(db, engine, 'meta', { name: 'text', value: 'text' }, ['name'])
}

async function index(db: Kysely<unknown>, name: string, target: string): Promise<void> {
  await sql`create index ${sql.id(name)} on ${sql.raw(target)}`.execute(db)
}

async function uniqueIndex(db: Kysely<unknown>, name: string, target: string): Promise<void> {
  await sql`create unique index ${sql.id(name)} on ${sql.raw(target)}`.execute(db)
}
