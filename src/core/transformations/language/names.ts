/** Named transformations in a text: `n-<name>` is replaced by its stored text before the text is read (section 5). */
import { refuse, refuseWhole, type Source } from './refuse.ts'
import { maxTextLength, tokensOf } from './split.ts'

/** There for every project, and in no list (section 10). */
export const builtInTransformations: ReadonlyMap<string, string> = new Map(
  ['ik_ml_thumbnail', 'media_library_thumbnail'].map((name) => [name, 'w-400,h-300,c-at_max']),
)

const isName = (text: string) => /^[A-Za-z0-9_]{1,100}$/.test(text)
const maxLevels = 4
const withoutPrefix = (text: string) => text.replace(/^\s*tr:/, '')
const mayHaveNames = (text: string) => /(^|[,:])\s*n-/.test(text)

/** The text of an enabled named transformation of the project; undefined: unknown or disabled. */
export type FindNamed = (name: string) => Promise<string | undefined>

/** True when there is nothing in it but named transformations: such texts work where others are not allowed (section 10). */
export function isOnlyNamed(text: string): boolean {
  return tokensOf(withoutPrefix(text)).every((token) => /^n-[A-Za-z0-9_]+$/.test(token.text))
}

/** Names used in the text itself, each once. */
export function namesIn(text: string): string[] {
  if (!mayHaveNames(text)) return []
  return [...new Set(tokensOf(withoutPrefix(text)).flatMap((token) => nameOf(token.text) ?? []))]
}

/**
 * The text with the stored texts in place of `n-<name>`, also in a chain and inside layers. Stored texts may use others, a
 * few levels deep. Each name is looked up once.
 * @throws DomainError invalid: an unknown or disabled name, one inside itself, a text that grows too long
 */
export async function expandNamed(text: string, find: FindNamed, param = 'tr'): Promise<string> {
  const known = new Map<string, Promise<string | undefined>>()
  const lookUp = (name: string) => {
    const found =
      known.get(name) ?? Promise.resolve(builtInTransformations.get(name) ?? (isName(name) ? find(name) : undefined))
    known.set(name, found)
    return found
  }
  return expand({ text, param }, lookUp, [])
}

async function expand(source: Source, find: FindNamed, around: readonly string[]): Promise<string> {
  const text = withoutPrefix(source.text)
  if (text.length > maxTextLength) throw tooLong(source)
  if (!mayHaveNames(text)) return text
  const here = { ...source, text }
  const parts: string[] = []
  let total = 0
  for (const token of tokensOf(text)) {
    const name = nameOf(token.text)
    const part = name === undefined ? token.text : await named(here, { name, token }, find, around)
    parts.push(part, token.sign)
    total += part.length + 1
    if (total > maxTextLength) throw tooLong(source)
  }
  return parts.join('')
}

async function named(
  source: Source,
  { name, token }: { name: string; token: { text: string; at: number } },
  find: FindNamed,
  around: readonly string[],
): Promise<string> {
  if (around.includes(name)) throw refuse(source, token, 'a named transformation cannot have itself inside.')
  if (around.length >= maxLevels) {
    throw refuse(source, token, `named transformations may stand ${maxLevels} deep in each other, not deeper.`)
  }
  const stored = await find(name)
  if (stored === undefined) {
    throw refuse(source, token, 'there is no enabled named transformation of this name; upper and lower case differ.')
  }
  return expand({ ...source, text: stored }, find, [...around, name])
}

const nameOf = (text: string) => /^n-(.*)$/s.exec(text)?.[1]

const tooLong = (source: Source) =>
  refuseWhole(
    source,
    `the transformation is longer than ${maxTextLength} characters once its named transformations are put in.`,
  )
