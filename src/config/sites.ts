/** The Sites API. */
import { z } from 'zod'
import { count, flag, setting } from './kinds.ts'

const day = z
  .string('must be a date')
  .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/, 'must be a date such as 2027-06-01 or 2027-06-01T00:00:00Z')
  .transform((text) => Date.parse(text))
  .refine((ms) => !Number.isNaN(ms), 'must be a date that there is')

const deprecation = z
  .strictObject({
    function: z.string('must be the name of a function such as photos.list').min(1),
    version: z.int('must be a whole number').positive(),
    deprecated_at: day.optional(),
    supported_until: day.optional(),
    successor: z
      .union([z.int().positive(), z.string().startsWith('/')], 'must be a version such as 2, or a path')
      .optional(),
  })
  .refine(
    ({ deprecated_at: from, supported_until: until }) => from === undefined || until === undefined || until > from,
    'supported_until must be after deprecated_at',
  )
  .transform(({ deprecated_at: deprecatedAt, supported_until: supportedUntil, ...rest }) => ({
    ...rest,
    deprecatedAt,
    supportedUntil,
  }))

/** A JSON array; the first fault is told with where it is. */
const deprecations = z.string().transform((text, context) => {
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    context.addIssue('must be a JSON array such as [{"function": "photos.list", "version": 1}]')
    return z.NEVER
  }
  const read = z.array(deprecation, 'must be a JSON array').safeParse(given)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const place = issue?.path.join('.') ?? ''
  context.addIssue(`is wrong${place === '' ? '' : ` at ${place}`}: ${issue?.message ?? ''}`)
  return z.NEVER
})

export const sites = {
  SITE_KEYS_REVEALABLE: setting(
    flag.default(true),
    'Keys of the Sites API can be shown again to their owner; off: only hashes are kept.',
    'on',
  ),
  SITE_LIMIT_MINUTE: setting(
    count().default(100),
    'Sites API calls per user and clock minute; 0: unlimited. `imagestead users set NAME --site-minute N` changes it for one user.',
  ),
  SITE_LIMIT_MONTH: setting(
    count().default(50_000),
    'The same per calendar month (UTC); `--site-month N` for one user.',
  ),
  SITE_LIMIT_ADDRESS: setting(
    count(1).default(30),
    'Sites API requests without a good key per clock minute and client address (of IPv6 the /64) that one node answers with 401; then 429. Also with `LIMITS=off`.',
  ),
  SITE_DEPRECATIONS: setting(
    deprecations.default([]),
    'Versions of functions of the Sites API that are to end: a JSON array of `{"function", "version", "deprecated_at", "supported_until", "successor"}`. Without `supported_until`: six months after `deprecated_at`; without that: the first start. `photos.list` 1 is always among them.',
    '[]',
  ),
  SITE_DIAGNOSTICS_DAYS: setting(count(1).default(400), 'Diagnostics of cameras are kept for so many days.'),
  SITE_MEDIA_LIFETIME: setting(
    count(10).max(3600, 'must be at most 3600').default(300),
    'Seconds for which signed links to photos and films may be opened, 10 to 3600.',
  ),
}
