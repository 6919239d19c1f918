/** Ids of projects: the first segment of their image URLs, so none of what other APIs answer to (design section 3). */

/** Held against the route table by a test. */
export const reservedSegments: ReadonlySet<string> = new Set([
  'v1',
  'v2',
  'v2.0',
  'v2.1',
  'api',
  'site',
  'docs',
  'console',
  'assets',
  'livez',
  'readyz',
  'metrics',
  'favicon.ico',
  'robots.txt',
  '.well-known',
  // Blobs of callers who are not known yet lie there.
  'incoming',
])

export const projectIdPattern = /^[a-z0-9][a-z0-9-]{0,30}$/

export const isProjectId = (id: string) => projectIdPattern.test(id) && !reservedSegments.has(id)
