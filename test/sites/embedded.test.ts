/** The Sites API’s contract (site-photos-api.md) on SQLite and disk. */
import { describe } from 'vitest'
import { embedded } from '../support/stack.ts'
import { suites } from './suites.ts'

describe(embedded.name, () => {
  for (const suite of suites) suite(embedded)
})
