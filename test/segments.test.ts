/** Ids of projects and the paths of the APIs never meet (design section 3). */
import { expect, test } from 'vitest'
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
