/** The Sites API’s contract (site-photos-api.md) on PostgreSQL and S3. */
import { afterAll, describe } from 'vitest'
import { scaleOut } from '../support/stack.ts'
import { suites } from './suites.ts'

const stack = scaleOut()

describe(stack.name, () => {
  afterAll(() => stack.stop())
  for (const suite of suites) suite(stack)
})
