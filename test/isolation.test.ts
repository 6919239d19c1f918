/** The isolation of projects, on both stacks. */
import { afterAll, describe } from 'vitest'
import { isolationSuite } from './isolation/isolation.ts'
import { embedded, scaleOut } from './support/stack.ts'

describe(embedded.name, () => isolationSuite(embedded))

const grown = scaleOut()
describe(grown.name, () => {
  afterAll(() => grown.stop())
  isolationSuite(grown)
})
