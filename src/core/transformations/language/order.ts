/** One order of members, whatever that of the text: rendition keys are hashes of the JSON. */
export function inOrder<Value extends object>(value: Value): Value {
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(entries) as Value
}
