/**
 * PHP-style bracket names as nested values: `files[0][server_filename]=a` becomes `{ files: [{ server_filename: 'a' }] }`.
 * Indexes may be sparse (kept in ascending order) and names may have blanks around them: real clients send both
 * (tasks-api.md section 5).
 */
import { invalid } from '../core/errors.ts'

type Node = Map<string, Node | string>

const maxDepth = 8

/** @throws DomainError `invalid` for names that cannot be nested */
export function nest(pairs: Iterable<readonly [string, string]>): Record<string, unknown> {
  const root: Node = new Map()
  for (const [name, value] of pairs) assign(root, name, value)
  return toPlain(root, false) as Record<string, unknown>
}

function assign(root: Node, name: string, value: string): void {
  const path = segments(name)
  const last = path.pop() ?? ''
  let node = root
  for (const segment of path) {
    const key = segment === '' ? String(node.size) : segment
    const next = node.get(key) ?? new Map()
    if (typeof next === 'string') throw invalid(name, `${name} is given both as a value and as a structure.`)
    node.set(key, next)
    node = next
  }
  const key = last === '' && path.length > 0 ? String(node.size) : last
  if (node.get(key) instanceof Map) throw invalid(name, `${name} is given both as a value and as a structure.`)
  node.set(key, value)
}

/** `a[b][]` as `['a', 'b', '']`; a name without well-formed brackets stands for itself. */
function segments(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)\s*$/.exec(name)
  if (match?.[1] === undefined) return [name.trim()]
  const inner = [...(match[2] ?? '').matchAll(/\[([^[\]]*)\]/g)].map(([, segment]) => (segment ?? '').trim())
  if (inner.length >= maxDepth) throw invalid(name.slice(0, 80), `Names may nest ${maxDepth - 1} levels deep.`)
  return [match[1].trim(), ...inner]
}

/** Below the root, a node with only indexes is an array. */
function toPlain(node: Node | string, mayBeArray: boolean): unknown {
  if (typeof node === 'string') return node
  const keys = [...node.keys()]
  if (mayBeArray && keys.every((key) => /^\d{1,9}$/.test(key))) {
    return [...node].sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => toPlain(child, true))
  }
  const plain: Record<string, unknown> = {}
  for (const [key, child] of node) {
    // defineProperty: a field named __proto__ stays a plain field.
    Object.defineProperty(plain, key, {
      value: toPlain(child, true),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return plain
}
