/** Named transformations in image URLs (image-urls.md sections 5 and 10): replaced by what is stored, before anything is read. */
import { invalid } from '../errors.ts'
import type { Repositories } from '../ports.ts'

/** Every answer of the Library API links to it (section 10). */
const builtIn = 'w-400,h-300,c-at_max'
const builtInNames = new Set(['ik_ml_thumbnail', 'media_library_thumbnail'])

export interface Expanded {
  texts: readonly string[]
  /** What the URL consists of; `builtIn`: of the library's thumbnail alone. */
  of: 'nothing' | 'names' | 'builtIn' | 'original' | 'other'
}

/** @throws DomainError invalid with param `tr`: a name that is unknown or disabled */
export async function expandNamed(
  { namedTransformations }: Pick<Repositories, 'namedTransformations'>,
  project: string,
  texts: readonly string[],
): Promise<Expanded> {
  const items = texts.flatMap((text) => itemsOf(text).filter((_, index) => index % 2 === 0))
  const names = [...new Set(items.flatMap((item) => nameIn(item) ?? []))]
  const stored = new Map<string, string>()
  for (const name of names) {
    const text = builtInNames.has(name) ? builtIn : await storedText(namedTransformations, project, name)
    stored.set(name, text.replace(/^tr:/, ''))
  }
  const replaced = (item: string) => stored.get(nameIn(item) ?? '') ?? item
  return { texts: texts.map((text) => itemsOf(text).map(replaced).join('')), of: kindOf(items) }
}

function kindOf(items: readonly string[]): Expanded['of'] {
  if (items.length === 0) return 'nothing'
  if (items.every((item) => item.trim() === 'orig-true')) return 'original'
  const names = items.map(nameIn)
  if (names.some((name) => name === undefined)) return 'other'
  return names.every((name) => builtInNames.has(name ?? '')) ? 'builtIn' : 'names'
}

async function storedText(
  transformations: Repositories['namedTransformations'],
  project: string,
  name: string,
): Promise<string> {
  const found = /^\w{1,100}$/.test(name) ? await transformations.findByName(project, name) : undefined
  if (found?.enabled) return found.transformation
  const why = found === undefined ? 'is not known in this project' : 'is disabled'
  throw invalid('tr', `The named transformation "${name.slice(0, 100)}" ${why}.`)
}

/** Items at even places, the separators between them at odd ones. */
const itemsOf = (text: string) => text.replace(/^tr:/, '').split(/([:,])/)

function nameIn(item: string): string | undefined {
  const text = item.trim()
  return text.startsWith('n-') ? text.slice(2) : undefined
}
