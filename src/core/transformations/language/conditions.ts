/** Reads what stands after `if-` (image-urls.md section 7). */
import { type Comparison, comparisons } from '../../processing/transformation.ts'
import { quoted, refuse, type Source } from './refuse.ts'
import type { ConditionBlock } from './split.ts'
import { decimal, oneOf } from './values.ts'

const properties = ['w', 'h', 'ar', 'iw', 'ih', 'iar'] as const
const maxComparisons = 20

/** "<prop>_<op>_<value> joined by _and_/_or_ (and binds tighter)" @throws DomainError invalid */
export function readCondition(source: Source, block: ConditionBlock): readonly (readonly Comparison[])[] {
  const anyOf: Comparison[][] = [[]]
  const words = block.condition.split('_')
  if (words.length > 4 * maxComparisons) throw refuse(source, block, `a condition has at most ${maxComparisons} parts.`)
  for (let index = 0; index < words.length; index += 4) {
    anyOf.at(-1)?.push(comparison(source, block, words.slice(index, index + 3)))
    const joint = words[index + 3]
    if (joint === 'or') anyOf.push([])
    else if (joint !== undefined && joint !== 'and') {
      throw refuse(source, block, `${quoted(joint)} does not join conditions; write _and_ or _or_.`)
    }
    if (joint !== undefined && index + 4 >= words.length) throw refuse(source, block, 'the condition ends too early.')
  }
  return anyOf
}

function comparison(source: Source, block: ConditionBlock, [name = '', sign = '', text = '']: string[]): Comparison {
  const property = oneOf(properties, name)
  const operator = oneOf(comparisons, sign)
  if (property === undefined || operator === undefined) {
    throw refuse(
      source,
      block,
      `${quoted([name, sign, text].join('_'))} is no condition; write <${properties.join('|')}>_<${comparisons.join('|')}>_<number>.`,
    )
  }
  const value = decimal(text, { min: 0, max: 1e9 }) ?? (property.endsWith('ar') ? fraction(text) : undefined)
  if (value !== undefined) return { property, operator, value }
  const right = property.endsWith('ar') ? 'a number or a fraction such as 4-3' : 'a number'
  throw refuse(source, block, `${property} is compared with ${right}, not ${quoted(text)}.`)
}

function fraction(text: string): number | undefined {
  const [over, under, ...more] = text.split('-').map((part) => decimal(part, { min: 0, max: 1e6 }))
  return more.length === 0 && over && under ? over / under : undefined
}
