import { expect, it } from 'vitest'
import { repairMessage } from './repair-message.ts'

it('says what was wrong and how much was saved', () => {
  const findings = ['The end of the file was missing.']
  expect(repairMessage({ findings, savedRows: 0.8349 })).toBe(
    'The end of the file was missing. 83 % of the rows were saved.',
  )
  expect(repairMessage({ findings, savedRows: 0.9999 })).toMatch(/ 99 % of the rows/)
  expect(repairMessage({ findings, savedRows: 0.001 })).toMatch(/Less than 1 % of the rows/)
  expect(repairMessage({ findings, savedRows: 1 })).toMatch(/All rows/)
})

it('an undamaged file comes back with the statement that nothing was wrong', () => {
  expect(repairMessage({ findings: [], savedRows: 1 })).toBe(
    'Nothing was wrong with the file; it comes back unchanged.',
  )
})
