/** Reads single items by tables of keys. */
import type { Key } from './keys.ts'
import { quoted, refuse } from './refuse.ts'
import { refusedKeys, refusedValue } from './refused-keys.ts'
import type { Scope } from './scope.ts'
import type { Item } from './split.ts'

/** "The first `-` splits key and value; effect keys keep their prefix": `e-shadow-bl-15` is `e-shadow` and `bl-15`. */
export function keyOf(text: string): { name: string; value: string | undefined } {
  const dash = text.indexOf('-', text.startsWith('e-') ? 2 : 0)
  return dash === -1 ? { name: text, value: undefined } : { name: text.slice(0, dash), value: text.slice(dash + 1) }
}

/** What an item sets, by the table; undefined: it is not there. @throws DomainError invalid: a value that is none */
export function readItem<Sets>(
  keys: ReadonlyMap<string, Key<Sets>>,
  item: Item,
  scope: Scope,
): Partial<Sets> | undefined {
  const { name, value } = keyOf(item.text)
  const key = keys.get(name)
  if (key === undefined) return undefined
  const { source } = scope
  if (value !== undefined) {
    const reason = refusedValue(name, value)
    if (reason !== undefined) throw refuse(source, item, reason)
  }
  if (key.only === 'base' && scope.place !== 'base')
    throw refuse(source, item, `${name} has no meaning inside a layer.`)
  if (key.unconditional && scope.conditional) throw refuse(source, item, `${name} may not stand inside a condition.`)
  const found = value === undefined ? key.alone?.(scope) : key.read(value, scope)
  if (found !== undefined) return found
  throw refuse(source, item, `${name} takes ${key.takes}${variablesHere(value, key.takes, scope)}.`)
}

/** @throws DomainError invalid, always: says what it may be */
export function refuseItem(item: Item, { source }: Scope): never {
  const { name } = keyOf(item.text)
  const reason = refusedKeys.get(name)
  if (reason !== undefined) throw refuse(source, item, `${name} ${reason}.`)
  throw refuse(source, item, `there is no transformation ${quoted(name)}; items are key-value, such as w-200 or bl-10.`)
}

/** For values that look like an expression. */
const variablesHere = (value: string | undefined, takes: string, { known }: Scope) =>
  takes.includes('expression') && value?.includes('_') === true ? ` (variables here: ${[...known].join(', ')})` : ''
