/** The table of formats in docs/compatibility.md is what the engine does: every cell is run. Needs dist/. */
import { expect, test } from 'vitest'
import { compatibilityPage } from '../scripts/formats.ts'

test('every input becomes every output of convert, and the table says so (npm run docs writes it)', async () => {
  const { now, made } = await compatibilityPage()
  expect(made).toBe(now)
  expect(made).not.toContain('| no:')
}, 120_000)
