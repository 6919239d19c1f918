import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toDomainError } from '../errors.ts'
import { customFieldTypes } from './records.ts'
import { parseSchema } from './schema.ts'
import { checkValue } from './values.ts'

/** The `errors` of a refusal; undefined: accepted. */
function errorsOf(given: unknown, existing?: Parameters<typeof parseSchema>[1]): unknown {
  try {
    parseSchema(given, existing)
    return undefined
  } catch (error) {
    const { code, extra } = toDomainError(error)
    expect(code).toBe('invalid')
    return extra?.errors
  }
}

describe('the schema of a custom field', () => {
  it.each([
    { type: 'Text' },
    { type: 'Textarea', minLength: 0, maxLength: 10_000, defaultValue: '' },
    { type: 'Text', isValueRequired: true, defaultValue: 'x' },
    { type: 'Number', minValue: -1.5, maxValue: 3000, defaultValue: 0 },
    { type: 'Date', minValue: '2022-11-30T10:11:10+00:00', maxValue: '2026-01-01', defaultValue: '2025-01-01' },
    { type: 'Boolean', defaultValue: false, isValueRequired: true },
    { type: 'SingleSelect', selectOptions: ['small', 30, true], defaultValue: 30 },
    { type: 'MultiSelect', selectOptions: ['5', 5], defaultValue: ['5', 5], isValueRequired: true },
  ])('%j is accepted as it is', (given) => {
    expect(parseSchema(given)).toEqual(given)
  })

  it.each([
    // "schema problems give … errors"
    [
      { type: 'Number', minValue: 'a', maxLength: 3 },
      { minValue: 'should be of type number', maxLength: 'not allowed for this type' },
    ],
    [{ type: 'Text', minValue: 1 }, { minValue: 'not allowed for this type' }],
    [{ type: 'Boolean', selectOptions: ['a'] }, { selectOptions: 'not allowed for this type' }],
    [{ type: 'SingleSelect' }, { selectOptions: 'required for this type' }],
    [{ type: 'SingleSelect', selectOptions: [] }, { selectOptions: 'should have 1 to 500 values' }],
    [{ type: 'MultiSelect', selectOptions: ['a', 'a'] }, { selectOptions: 'should not have a value twice' }],
    [
      { type: 'MultiSelect', selectOptions: [{}] },
      { selectOptions: 'should have only values of type string, number or boolean' },
    ],
    [{ type: 'Text', isValueRequired: true }, { defaultValue: 'required when isValueRequired is true' }],
    [{ type: 'Text', isValueRequired: 'true' }, { isValueRequired: 'should be of type boolean' }],
    [{ type: 'Text', defaultValue: 5 }, { defaultValue: 'should be of type string' }],
    [{ type: 'Number', defaultValue: '5' }, { defaultValue: 'should be of type number' }],
    [{ type: 'Number', minValue: 3, defaultValue: 2 }, { defaultValue: 'should be at least 3' }],
    [{ type: 'SingleSelect', selectOptions: [5], defaultValue: '5' }, { defaultValue: 'should be one of 5' }],
    [{ type: 'MultiSelect', selectOptions: [5], defaultValue: 5 }, { defaultValue: 'should be an array' }],
    [
      { type: 'MultiSelect', selectOptions: [5], defaultValue: [], isValueRequired: true },
      { defaultValue: 'should not be empty when isValueRequired is true' },
    ],
    [{ type: 'Number', minValue: 3, maxValue: 2 }, { maxValue: 'should not be less than minValue' }],
    [{ type: 'Text', minLength: 3, maxLength: 2 }, { maxLength: 'should not be less than minLength' }],
    [{ type: 'Text', maxLength: -1 }, { maxLength: 'should be a whole number from 0 to 10000' }],
    [{ type: 'Date', minValue: 5 }, { minValue: expect.stringContaining('ISO 8601') }],
    [
      { type: 'Date', minValue: '2026-01-01T00:00:00+02:00', maxValue: '2025-12-31T21:00:00Z' },
      { maxValue: 'should not be less than minValue' },
    ],
    [{ type: 'Text', colour: 'red' }, { colour: 'not allowed' }],
    [{ type: 'text' }, { type: expect.stringContaining('should be one of Text, Textarea') }],
    [{}, { type: expect.stringContaining('should be one of') }],
    ['Text', { schema: 'should be an object' }],
    [null, { schema: 'should be an object' }],
    [[], { schema: 'should be an object' }],
  ])('%j is refused', (given, errors) => {
    expect(errorsOf(given)).toEqual(errors)
  })

  it('of an existing field has its type, whatever is sent', () => {
    expect(parseSchema({ type: 'Text', minValue: 1 }, 'Number')).toEqual({ type: 'Number', minValue: 1 })
    expect(errorsOf({ minLength: 1 }, 'Number')).toEqual({ minLength: 'not allowed for this type' })
  })

  it('is bounded', () => {
    expect(
      errorsOf({ type: 'SingleSelect', selectOptions: Array.from({ length: 400 }, (_, n) => `${n}`.repeat(60)) }),
    ).toEqual({ selectOptions: 'should have at most 16384 bytes, all values together' })
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`m${n}`, 1]))
    expect(Object.keys(errorsOf({ type: 'Text', ...many }) as object)).toHaveLength(20)
  })

  it('whatever is given: refused in words, or a schema that stands its own check and accepts its default', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom('2026-01-01', 1, 5, 'a', ['a'], true))
    const given = fc.record(
      {
        type: fc.constantFrom(...customFieldTypes),
        selectOptions: fc.oneof(fc.constant(['a', 1, true]), value),
        defaultValue: value,
        isValueRequired: fc.boolean(),
        minValue: value,
        maxValue: value,
        minLength: value,
        maxLength: value,
      },
      { requiredKeys: ['type'] },
    )
    fc.assert(
      fc.property(fc.oneof(given, fc.jsonValue()), (schema) => {
        const errors = errorsOf(schema)
        if (errors !== undefined) {
          expect(Object.keys(errors as object).length).toBeGreaterThan(0)
          return
        }
        const parsed = parseSchema(schema)
        expect(parseSchema(parsed)).toEqual(parsed)
        if (parsed.defaultValue !== undefined) expect(checkValue(parsed, parsed.defaultValue)).toHaveProperty('value')
        if (parsed.isValueRequired) expect(parsed.defaultValue).toBeDefined()
      }),
      { numRuns: 1000 },
    )
  })
})
