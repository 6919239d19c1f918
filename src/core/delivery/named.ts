/** Named transformations in image URLs (image-urls.md sections 5 and 10): what a URL consists of, and its texts without names. */
import type { Repositories } from '../ports.ts'
import { builtInTransformations, expandNamed, namesIn } from '../transformations/language/names.ts'
import { tokensOf } from '../transformations/language/split.ts'

export interface Expanded {
  texts: readonly string[]
  /** What the URL consists of; `builtIn`: of the library's thumbnail alone. */
  of: 'nothing' | 'names' | 'builtIn' | 'original' | 'other'
}

/** @throws DomainError invalid with param `tr`: a name that is unknown or disabled; too long a text */
export async function expandTexts(
  { namedTransformations }: Pick<Repositories, 'namedTransformations'>,
  project: string,
  texts: readonly string[],
): Promise<Expanded> {
  const stored = async (name: string) => {
    const found = /^\w{1,100}$/.test(name) ? await namedTransformations.findByName(project, name) : undefined
    return found?.enabled ? found.transformation : undefined
  }
  const expanded: string[] = []
  for (const text of texts) expanded.push(await expandNamed(text, stored))
  return { texts: expanded, of: kindOf(texts) }
}

function kindOf(texts: readonly string[]): Expanded['of'] {
  const items = texts.flatMap((text) => tokensOf(text.replace(/^\s*tr:/, '')).map((token) => token.text))
  if (items.length === 0) return 'nothing'
  if (items.every((item) => item === 'orig-true')) return 'original'
  if (!items.every((item) => /^n-[A-Za-z0-9_]+$/.test(item))) return 'other'
  return texts.flatMap(namesIn).every((name) => builtInTransformations.has(name)) ? 'builtIn' : 'names'
}
