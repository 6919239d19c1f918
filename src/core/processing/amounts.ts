/** Works out amounts (image-urls.md section 6). */
import { DomainError } from '../errors.ts'
import type { Amount, Operator, Variable } from './transformation.ts'

export type Variables = Partial<Record<Variable, number>>

const operations: Record<Operator, (left: number, right: number) => number> = {
  add: (left, right) => left + right,
  sub: (left, right) => left - right,
  mul: (left, right) => left * right,
  div: (left, right) => left / right,
  mod: (left, right) => left % right,
  pow: (left, right) => left ** right,
}

/** @throws DomainError invalid: a division by zero, a number beyond all bounds, a variable that is not known here */
export function evaluate(amount: Amount, known: Variables): number {
  if (typeof amount === 'number') return amount
  const value =
    'variable' in amount
      ? known[amount.variable]
      : operations[amount.operator](evaluate(amount.left, known), evaluate(amount.right, known))
  if (value !== undefined && Number.isFinite(value)) return value
  const what = 'variable' in amount ? `${amount.variable} is not known here` : `${amount.operator} gives no number`
  throw new DomainError('invalid', `The expression cannot be worked out: ${what}.`, { param: 'tr' })
}
