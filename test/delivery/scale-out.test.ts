/** Image URLs on PostgreSQL and S3. */
import { afterAll } from 'vitest'
import { scaleOut } from '../support/stack.ts'
import { deliverySuites } from './suites.ts'

const stack = scaleOut()
afterAll(() => stack.stop())
deliverySuites(stack)
