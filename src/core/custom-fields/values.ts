/** One value against one field's schema (media-library-api.md section 4.6): types, bounds, options, dates. */
import type { CustomValue } from '../assets/records.ts'
import { checkDate } from './dates.ts'
import type { CustomFieldSchema } from './records.ts'

/** Characters of one text, whatever the field allows. */
export const maxTextLength = 10_000

/** A value as it is stored, or why it is refused: a phrase that follows the field's name. */
export type Checked<Value = CustomValue> = { value: Value } | { why: string }

/** Never throws. Dates come out in one form, of repeated options one is left. */
export function checkValue(schema: CustomFieldSchema, given: unknown): Checked {
  switch (schema.type) {
    case 'Text':
    case 'Textarea':
      return checkText(schema, given)
    case 'Number':
      return checkNumber(schema, given)
    case 'Date':
      return checkDateValue(schema, given)
    case 'Boolean':
      return typeof given === 'boolean' ? { value: given } : { why: 'should be of type boolean' }
    case 'SingleSelect':
      return checkOption(schema, given)
    case 'MultiSelect':
      return checkOptions(schema, given)
    default:
      return schema.type satisfies never
  }
}

/** True for what counts as no value where one is required. */
export function isEmpty(value: CustomValue | undefined): boolean {
  return value === undefined || value === '' || (typeof value === 'object' && value.length === 0)
}

/** Why a text cannot be kept: databases refuse zero bytes and halves of surrogate pairs inside JSON. */
export function textFault(text: string): string | undefined {
  return text.includes('\0') || !text.isWellFormed() ? 'should not contain zero bytes or broken characters' : undefined
}

function checkText({ minLength = 0, maxLength = maxTextLength }: CustomFieldSchema, given: unknown): Checked {
  if (typeof given !== 'string') return { why: 'should be of type string' }
  const fault = textFault(given)
  if (fault !== undefined) return { why: fault }
  // Only a text that may be short enough is counted through.
  const length = given.length > 2 * maxTextLength ? given.length : Array.from(given).length
  if (length < minLength) return { why: `should have at least ${minLength} characters` }
  const most = Math.min(maxLength, maxTextLength)
  return length > most ? { why: `should have at most ${most} characters` } : { value: given }
}

function checkNumber({ minValue, maxValue }: CustomFieldSchema, given: unknown): Checked {
  if (typeof given !== 'number' || !Number.isFinite(given)) return { why: 'should be of type number' }
  if (typeof minValue === 'number' && given < minValue) return { why: `should be at least ${minValue}` }
  if (typeof maxValue === 'number' && given > maxValue) return { why: `should be at most ${maxValue}` }
  // -0 is 0 after JSON.
  return { value: given === 0 ? 0 : given }
}

function checkDateValue({ minValue, maxValue }: CustomFieldSchema, given: unknown): Checked {
  const date = checkDate(given)
  if ('why' in date) return date
  const [earliest, latest] = [checkDate(minValue), checkDate(maxValue)]
  if ('value' in earliest && date.value < earliest.value) return { why: `should not be before ${minValue}` }
  if ('value' in latest && date.value > latest.value) return { why: `should not be after ${maxValue}` }
  return date
}

function checkOption({ selectOptions = [] }: CustomFieldSchema, given: unknown): Checked {
  const option = selectOptions.find((one) => one === given)
  return option === undefined ? { why: `should be ${oneOf(selectOptions)}` } : { value: option }
}

function checkOptions({ selectOptions = [] }: CustomFieldSchema, given: unknown): Checked {
  if (!Array.isArray(given)) return { why: 'should be an array' }
  const allowed = new Set<unknown>(selectOptions)
  if (!given.every((one) => allowed.has(one)))
    return { why: `should have only values that are ${oneOf(selectOptions)}` }
  return { value: [...new Set<string | number | boolean>(given)] }
}

function oneOf(options: readonly (string | number | boolean)[]): string {
  const shown = options.slice(0, 10).map((option) => JSON.stringify(option).slice(0, 60))
  return `one of ${shown.join(', ')}${options.length > shown.length ? ' and others' : ''}`
}
