/** The syntax of blob keys: checked before a key becomes a path or a URL, so that no key can point elsewhere. */
import { DomainError } from '../../core/errors.ts'

const keySyntax = /^[a-z0-9-]+\/[0-9a-f]{32}$/
const prefixSyntax = /^[a-z0-9-]*(?:\/[0-9a-f]{0,32})?$/

/** The two parts of a key. @throws internal: keys are made by core/ids.ts, a malformed one is a bug */
export function parseKey(key: string): { project: string; name: string } {
  if (!keySyntax.test(key)) throw new DomainError('internal', 'A storage key is malformed.')
  const slash = key.indexOf('/')
  return { project: key.slice(0, slash), name: key.slice(slash + 1) }
}

/** True for the keys this store made; a bucket may hold others' objects. */
export function isKey(text: string): boolean {
  return keySyntax.test(text)
}

/** @throws internal for a prefix that no key can have */
export function checkPrefix(prefix: string): void {
  if (!prefixSyntax.test(prefix)) throw new DomainError('internal', 'A storage prefix is malformed.')
}
