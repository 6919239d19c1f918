/** Every suite of the Sites API's contract; each runs on both stacks. */
import { describe } from 'vitest'
import type { Stack } from '../support/stack.ts'
import { binSuite } from './bin.contract.ts'
import { calendarSuite } from './calendar.contract.ts'
import { installationSuite } from './installations.contract.ts'
import { photoSuite } from './photos.contract.ts'

/** Their clock is moved: one test after the other. */
const oneByOne: Record<string, (stack: Stack) => void> = {
  bin: binSuite,
}

const sideBySide: Record<string, (stack: Stack) => void> = {
  installations: installationSuite,
  photos: photoSuite,
  calendar: calendarSuite,
}

export const suites = [
  ...Object.entries(sideBySide).map(
    ([name, suite]) =>
      (stack: Stack) =>
        describe.concurrent(name, () => suite(stack)),
  ),
  ...Object.entries(oneByOne).map(
    ([name, suite]) =>
      (stack: Stack) =>
        describe(name, () => suite(stack)),
  ),
]
