import { expect, it } from 'vitest'
import { moderationOf } from './moderation.ts'

it('sums the unfit classes, whichever is first', () => {
  const sight = { outputs: { 'nsfw-mobilenet': [0.4, 0.1, 0.05, 0.25, 0.2] } }
  expect(moderationOf(sight, 0.5)).toEqual({ flagged: true, confidence: 0.55 })
  expect(moderationOf(sight, 0.6)).toEqual({ flagged: false, confidence: 0.55 })
})
it('says nothing where no model looked', () => {
  expect(moderationOf({ outputs: {} }, 0.5)).toBeUndefined()
})
