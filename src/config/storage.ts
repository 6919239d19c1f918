/** Where everything is kept. */
import { z } from 'zod'
import { count, flag, MiB, setting } from './kinds.ts'

export const storage = {
  DATA_DIR: setting(
    z.string().min(1).default('./data'),
    'Folder for the database, the blobs and the master key in embedded mode, and for work files.',
  ),
  DATABASE_URL: setting(
    z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    'PostgreSQL instead of SQLite: `postgres://user:password@host/database`.',
  ),
  DATABASE_POOL: setting(count(2).default(10), 'PostgreSQL connections per node.'),
  DATABASE_SHARED_DISK: setting(
    flag.default(false),
    'With `DATABASE_URL` and no S3: declares that DATA_DIR is one folder shared by all nodes; otherwise a second node is refused.',
    'off',
  ),
  S3_ENDPOINT: setting(
    z.url({ protocol: /^https?$/ }).optional(),
    'S3-compatible store for all blobs, instead of the data folder.',
  ),
  S3_REGION: setting(z.string().default('us-east-1'), 'Region of the bucket.'),
  S3_BUCKET: setting(z.string().optional(), 'Bucket; it must exist.'),
  S3_ACCESS_KEY_ID: setting(z.string().optional(), 'Access key of the store.'),
  S3_SECRET_ACCESS_KEY: setting(z.string().optional(), 'Secret key of the store.'),
  CACHE_BYTES: setting(
    count().default(2048 * MiB),
    'Cap of the work folder’s local copies of S3 blobs, in bytes; the least recently used go first.',
  ),
}
