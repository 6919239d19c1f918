/** Image URLs on SQLite and disk. */
import { embedded } from '../support/stack.ts'
import { deliverySuites } from './suites.ts'

deliverySuites(embedded)
