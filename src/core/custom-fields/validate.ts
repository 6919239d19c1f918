/**
 * Custom metadata of assets against the project's fields (media-library-api.md sections 4.6, 5.1 and 6). Values of fields
 * that were deleted or changed since stay as they are; only what is given is checked.
 */
import type { CustomMetadata, CustomValue } from '../assets/records.ts'
import { DomainError } from '../errors.ts'
import type { CustomField } from './records.ts'
import { checkValue, isEmpty } from './values.ts'

/** Bytes of an asset's custom metadata as JSON, all fields together. */
export const maxMetadataBytes = 64 * 1024
const maxErrors = 20

type Entries = Map<string, CustomValue>
type Faults = Map<string, string>

/**
 * What a request gave, as it is stored. A value of null is no value.
 *
 * New assets also get defaults. Without any metadata (`given` undefined) each field with a default has it. When some is
 * given, a required field that is missing is an error (section 5.1), and the others have their default.
 * @param given parsed JSON
 * @param isNew false: only what is given counts, nothing is required
 * @throws DomainError invalid `Invalid custom metadata.` with `errors` by field
 */
export function checkCustomMetadata(
  fields: readonly CustomField[],
  given: unknown,
  { isNew }: { isNew: boolean },
): CustomMetadata {
  const faults: Faults = new Map()
  const live = liveFields(fields)
  const { values, unset } = read(live, given ?? {}, faults)
  if (isNew) addDefaults(live, given !== undefined && given !== null, values, unset, faults)
  return finish(values, faults)
}

/**
 * For PATCH (section 6): each given value replaces, null unsets, all others stay; those of deleted fields go.
 * @throws DomainError invalid `Invalid custom metadata.` with `errors` by field
 */
export function mergeCustomMetadata(
  fields: readonly CustomField[],
  before: CustomMetadata,
  given: unknown,
): CustomMetadata {
  const faults: Faults = new Map()
  const live = liveFields(fields)
  const { values, unset } = read(live, given, faults)
  for (const name of unset) if (live.get(name)?.schema.isValueRequired) faults.set(name, 'is required')
  for (const [name, value] of Object.entries(before)) {
    if (live.has(name) && !values.has(name) && !unset.has(name)) values.set(name, value)
  }
  return finish(values, faults)
}

/** By name, without deleted ones. */
function liveFields(fields: readonly CustomField[]): Map<string, CustomField> {
  return new Map(fields.filter(({ deleted }) => !deleted).map((field) => [field.name, field]))
}

function read(live: Map<string, CustomField>, given: unknown, faults: Faults) {
  const values: Entries = new Map()
  const unset = new Set<string>()
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    faults.set('customMetadata', 'should be an object')
    return { values, unset }
  }
  for (const [name, value] of Object.entries(given)) {
    if (faults.size >= maxErrors) break
    const field = live.get(name)
    if (field === undefined) faults.set(name, 'no such custom metadata field exists')
    else if (value === null) unset.add(name)
    else {
      const checked = checkValue(field.schema, value)
      if ('why' in checked) faults.set(name, checked.why)
      else if (field.schema.isValueRequired && isEmpty(checked.value)) faults.set(name, 'is required')
      else values.set(name, checked.value)
    }
  }
  return { values, unset }
}

function addDefaults(
  live: Map<string, CustomField>,
  someGiven: boolean,
  values: Entries,
  unset: ReadonlySet<string>,
  faults: Faults,
): void {
  for (const [name, { schema }] of live) {
    if (values.has(name) || faults.has(name)) continue
    if (schema.isValueRequired && (someGiven || schema.defaultValue === undefined)) faults.set(name, 'is required')
    else if (schema.defaultValue !== undefined && !unset.has(name)) {
      const checked = checkValue(schema, schema.defaultValue)
      if ('value' in checked) values.set(name, checked.value)
    }
  }
}

function finish(values: Entries, faults: Faults): CustomMetadata {
  const metadata: CustomMetadata = Object.fromEntries(values)
  if (faults.size === 0 && Buffer.byteLength(JSON.stringify(metadata)) > maxMetadataBytes) {
    faults.set('customMetadata', `should have at most ${maxMetadataBytes} bytes, all fields together`)
  }
  if (faults.size === 0) return metadata
  const errors = Object.fromEntries([...faults].slice(0, maxErrors).map(([name, why]) => [name.slice(0, 100), why]))
  throw new DomainError('invalid', 'Invalid custom metadata.', { param: 'customMetadata', extra: { errors } })
}
