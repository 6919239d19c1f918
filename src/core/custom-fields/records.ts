/** Custom metadata fields: what a project's assets and folders may say of themselves (media-library-api.md section 10). */

export const customFieldTypes = [
  'Text',
  'Textarea',
  'Number',
  'Date',
  'Boolean',
  'SingleSelect',
  'MultiSelect',
] as const
export type CustomFieldType = (typeof customFieldTypes)[number]

/** Section 4.6, as it was accepted: what a type does not allow is absent. Dates are ISO 8601 texts. */
export interface CustomFieldSchema {
  type: CustomFieldType
  selectOptions?: (string | number | boolean)[]
  defaultValue?: string | number | boolean | (string | number | boolean)[]
  isValueRequired?: boolean
  minValue?: number | string
  maxValue?: number | string
  minLength?: number
  maxLength?: number
}

export interface CustomField {
  id: string
  project: string
  /** Unique in the project, deleted fields included; never changes. */
  name: string
  /** Unique among fields that are not deleted. */
  label: string
  schema: CustomFieldSchema
  description: string | null
  deleted: boolean
  created: number
}

export interface CustomFieldRepository {
  /** `conflict` when the name or the label is taken. */
  insert(field: CustomField): Promise<void>
  find(project: string, id: string): Promise<CustomField | undefined>
  /** All of them, deleted ones too, oldest first: a project has at most a few hundred. */
  list(project: string): Promise<CustomField[]>
  /** `conflict` when the label is taken; false when there is no such field. */
  update(
    id: string,
    patch: Partial<Pick<CustomField, 'label' | 'schema' | 'description' | 'deleted'>>,
  ): Promise<boolean>
}
