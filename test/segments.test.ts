/** Ids of projects and the paths of the APIs never meet (design section 3). */
import { expect, test } from 'vitest'
import { endpoints as libraryEndpoints, openEndpoints as uploads } from '../src/apis/library/index.ts'
import { endpoints as scoringEndpoints, openEndpoints as signIns } from '../src/apis/scoring/index.ts'
import { endpoints as sitesEndpoints } from '../src/apis/sites/index.ts'
import { openPaths } from '../src/apis/sites/openapi-open.ts'
import { pathOf } from '../src/apis/sites/versions.ts'
import { endpoints as tasksEndpoints } from '../src/apis/tasks/index.ts'
import { isProjectId, reservedSegments } from '../src/core/projects/project-id.ts'
import { embedded } from './support/stack.ts'

test('the first segments of all routes are reserved, and no valid project ids', async () => {
  const server = await embedded.start()
  const { firstSegments, verbs } = server.composed.app.routes
  const unreserved = [...firstSegments()].filter((segment) => !reservedSegments.has(segment))
  await server.stop()
  expect(unreserved).toEqual([])
  expect([...firstSegments()].filter(isProjectId)).toEqual([])
  // The route of image URLs is one for every path: it says nothing about any of them.
  expect(verbs('/v1/nothing')).toEqual([])
  expect(verbs('/default/photo.jpg')).toEqual([])
})

test('no two APIs have a route for the same path, and versions of the Scoring API are its own', () => {
  const tables = {
    tasks: tasksEndpoints.map(({ path }) => `/v1${path}`),
    library: [...libraryEndpoints, ...uploads].map(({ path }) => path),
    scoring: [...scoringEndpoints, ...signIns].map(({ path }) => path),
    sites: [...sitesEndpoints.map(pathOf), ...openPaths.map(({ path }) => path.replaceAll(/\{(\w+)\}/g, ':$1'))],
  }
  // A parameter stands for any one segment.
  const overlap = (one: string, other: string) => {
    const [parts, others] = [one.split('/'), other.split('/')]
    const isAny = (part: string | undefined) => part?.startsWith(':') === true
    return (
      parts.length === others.length &&
      parts.every((part, at) => part === others[at] || isAny(part) || isAny(others[at]))
    )
  }
  const names = ['tasks', 'library', 'scoring', 'sites'] as const
  for (const one of names) {
    for (const other of names.filter((name) => name !== one)) {
      const shared = tables[one].filter((path) => tables[other].some((theirs) => overlap(path, theirs)))
      expect({ one, other, shared }).toEqual({ one, other, shared: [] })
    }
  }
  expect(tables.scoring.filter((path) => !/^\/v2\.[01]\//.test(path))).toEqual([])
  expect(tables.sites.filter((path) => !/^\/site(\/|$)/.test(path))).toEqual([])
  for (const version of ['v2.0', 'v2.1']) {
    expect(reservedSegments.has(version)).toBe(true)
    expect(isProjectId(version)).toBe(false)
  }
})
