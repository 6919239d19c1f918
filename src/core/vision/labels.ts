/** The 23 labels (scoring-api.md section 6), in the vendor's order: a label's place is its stable id. */
export const labels = [
  'bathroom',
  'bedroom',
  'cert',
  'commonzones',
  'construction',
  'details',
  'emptyroom',
  'facade',
  'kitchen',
  'leisure',
  'livingroom',
  'map',
  'office',
  'outdoors',
  'parking',
  'plan',
  'pool',
  'storage',
  'terrace',
  'business',
  'corridor',
  'seaviews',
  'unknown',
] as const
export type Label = (typeof labels)[number]

export function isLabel(text: string): text is Label {
  return labels.some((label) => label === text)
}
