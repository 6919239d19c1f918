/** A search expression as it is written (media-library-api.md section 7.1), before its fields and values mean anything. */
import { invalid } from '../../errors.ts'

export const operators = ['=', ':', '<', '<=', '>', '>=', 'IN', 'NOT IN', 'NOT =', 'HAS', 'CONTAINS'] as const
export type Operator = (typeof operators)[number]

/** Where a part begins in the text: an index into its UTF-16 units, from 0. */
interface Placed {
  at: number
}

export interface FieldName extends Placed {
  name: string
  quoted: boolean
}

/** A single value. `word` is a bareword that is neither number nor boolean, such as `7d` or `2020-01-01`. */
export type Scalar =
  | (Placed & { kind: 'quoted'; text: string })
  | (Placed & { kind: 'number'; text: string })
  | (Placed & { kind: 'boolean'; text: 'true' | 'false' })
  | (Placed & { kind: 'word'; text: string })

export type Value = Scalar | (Placed & { kind: 'array'; items: Scalar[] })

/** `and` and `or` have two parts or more. */
export type Expression =
  | { kind: 'and' | 'or'; parts: Expression[] }
  | { kind: 'comparison'; field: FieldName; operator: Operator; value: Value }
  | { kind: 'exists'; field: FieldName; negated: boolean }

/** The text of an expression with the parameter it came in: what its errors speak of. */
export interface Source {
  param: string
  text: string
}

const excerptLength = 20

/** An error of the expression: what, where (from 1) and the text there. */
export function refuse({ param, text }: Source, at: number, message: string) {
  // Whole characters: what people count.
  const position = [...text.slice(0, at)].length + 1
  const rest = [...text.slice(at, at + 2 * excerptLength)]
  const excerpt = rest.length > excerptLength ? `${rest.slice(0, excerptLength).join('')}…` : rest.join('')
  const place = excerpt === '' ? 'at its end' : `near ${excerpt}`
  return invalid(param, `${param}: ${message} (position ${position}, ${place})`)
}

/** The expression as text again; parsing it gives the same expression. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.parts
        .map((part) => ('parts' in part ? `(${printExpression(part)})` : printExpression(part)))
        .join(expression.kind === 'and' ? ' AND ' : ' OR ')
    case 'exists':
      return `${printField(expression.field)} ${expression.negated ? 'NOT EXISTS' : 'EXISTS'}`
    case 'comparison':
      return `${printField(expression.field)} ${expression.operator} ${printValue(expression.value)}`
  }
}

const printField = ({ name, quoted }: FieldName) => (quoted ? quote(name) : name)

function printValue(value: Value): string {
  if (value.kind === 'array') return `[${value.items.map(printValue).join(', ')}]`
  return value.kind === 'quoted' ? quote(value.text) : value.text
}

const quote = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`
