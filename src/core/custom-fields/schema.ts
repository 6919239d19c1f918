/** The schema of a custom metadata field (media-library-api.md sections 4.6 and 10): which members a type allows, and their values. */
import { DomainError } from '../errors.ts'
import { checkDate } from './dates.ts'
import { type CustomFieldSchema, type CustomFieldType, customFieldTypes } from './records.ts'
import { checkValue, isEmpty, maxTextLength, textFault } from './values.ts'

export const maxOptions = 500
const maxOptionLength = 500
/** All options together, as JSON: every upload reads the schemas of all fields. */
const maxOptionsBytes = 16 * 1024

const members = [
  'selectOptions',
  'defaultValue',
  'isValueRequired',
  'minValue',
  'maxValue',
  'minLength',
  'maxLength',
] as const
type Member = (typeof members)[number]

const forAll: readonly Member[] = ['defaultValue', 'isValueRequired']
const allowed: Record<CustomFieldType, readonly Member[]> = {
  Text: [...forAll, 'minLength', 'maxLength'],
  Textarea: [...forAll, 'minLength', 'maxLength'],
  Number: [...forAll, 'minValue', 'maxValue'],
  Date: [...forAll, 'minValue', 'maxValue'],
  Boolean: forAll,
  SingleSelect: [...forAll, 'selectOptions'],
  MultiSelect: [...forAll, 'selectOptions'],
}

/** By member of the schema: why it is refused. */
type Faults = Map<string, string>

/**
 * A schema as a client gave it; members that are null count as absent.
 * @param existing the type of a field that is being changed: a `type` that is sent is ignored then
 * @throws DomainError invalid: `Invalid schema object.`, or `Invalid field object` with `errors` by member
 */
export function parseSchema(given: unknown, existing?: CustomFieldType): CustomFieldSchema {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new DomainError('invalid', 'Invalid schema object.', {
      param: 'schema',
      extra: { errors: { schema: 'should be an object' } },
    })
  }
  const { type: givenType, ...rest } = given as Record<string, unknown>
  const type = existing ?? customFieldTypes.find((one) => one === givenType)
  if (type === undefined) throw refuse(new Map([['type', `should be one of ${customFieldTypes.join(', ')}`]]))
  const present = Object.entries(rest).filter(([, value]) => value !== null && value !== undefined)
  const faults: Faults = new Map()
  for (const [name] of present) {
    if (allowed[type].includes(name as Member)) continue
    faults.set(name, members.includes(name as Member) ? 'not allowed for this type' : 'not allowed')
  }
  // What is not allowed is not looked at any more.
  const known = Object.fromEntries(present.filter(([name]) => !faults.has(name))) as Partial<Record<Member, unknown>>
  const schema = { type, ...known } as CustomFieldSchema
  checkMembers(schema, known, faults)
  if (faults.size === 0) checkDefault(schema, faults)
  if (faults.size > 0) throw refuse(faults)
  return schema
}

function refuse(faults: Faults): DomainError {
  const errors = Object.fromEntries([...faults].slice(0, 20).map(([name, why]) => [name.slice(0, 100), why]))
  return new DomainError('invalid', 'Invalid field object', { param: 'schema', extra: { errors } })
}

function checkMembers(schema: CustomFieldSchema, known: Partial<Record<Member, unknown>>, faults: Faults): void {
  const { type } = schema
  if (known.isValueRequired !== undefined && typeof known.isValueRequired !== 'boolean') {
    faults.set('isValueRequired', 'should be of type boolean')
  }
  if (allowed[type].includes('selectOptions')) {
    const fault = optionsFault(known.selectOptions)
    if (fault !== undefined) faults.set('selectOptions', fault)
  }
  for (const name of ['minLength', 'maxLength'] as const) {
    if (known[name] !== undefined && !isLength(known[name])) {
      faults.set(name, `should be a whole number from 0 to ${maxTextLength}`)
    }
  }
  for (const name of ['minValue', 'maxValue'] as const) {
    const bound = known[name]
    if (bound === undefined || faults.has(name)) continue
    const checked = type === 'Date' ? checkDate(bound) : checkValue({ type: 'Number' }, bound)
    if ('why' in checked) faults.set(name, checked.why)
  }
  checkOrder(schema, faults)
}

/** The least must not lie above the most. */
function checkOrder({ type, minValue, maxValue, minLength, maxLength }: CustomFieldSchema, faults: Faults): void {
  if (faults.size > 0) return
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength) {
    faults.set('maxLength', 'should not be less than minLength')
  }
  if (minValue === undefined || maxValue === undefined) return
  const inOrder =
    type === 'Date' ? Date.parse(dateText(minValue)) <= Date.parse(dateText(maxValue)) : minValue <= maxValue
  if (!inOrder) faults.set('maxValue', 'should not be less than minValue')
}

function dateText(given: unknown): string {
  const checked = checkDate(given)
  return 'value' in checked ? checked.value : ''
}

/** It must fit the rest of the schema, and be there when a value is required. */
function checkDefault(schema: CustomFieldSchema, faults: Faults): void {
  if (schema.defaultValue === undefined) {
    if (schema.isValueRequired) faults.set('defaultValue', 'required when isValueRequired is true')
    return
  }
  const checked = checkValue(schema, schema.defaultValue)
  if ('why' in checked) faults.set('defaultValue', checked.why)
  else if (schema.isValueRequired && isEmpty(checked.value)) {
    faults.set('defaultValue', 'should not be empty when isValueRequired is true')
  }
}

function optionsFault(options: unknown): string | undefined {
  if (options === undefined) return 'required for this type'
  if (!Array.isArray(options)) return 'should be an array'
  if (options.length === 0 || options.length > maxOptions) return `should have 1 to ${maxOptions} values`
  for (const option of options) {
    if (typeof option === 'string') {
      if (option === '' || option.length > maxOptionLength) {
        return `should have texts of 1 to ${maxOptionLength} characters`
      }
      const fault = textFault(option)
      if (fault !== undefined) return fault
    } else if (typeof option !== 'boolean' && (typeof option !== 'number' || !Number.isFinite(option))) {
      return 'should have only values of type string, number or boolean'
    }
  }
  if (new Set(options).size < options.length) return 'should not have a value twice'
  const bytes = Buffer.byteLength(JSON.stringify(options))
  return bytes > maxOptionsBytes ? `should have at most ${maxOptionsBytes} bytes, all values together` : undefined
}

const isLength = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= maxTextLength
