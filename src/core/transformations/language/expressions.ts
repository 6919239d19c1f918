/**
 * Amounts: numbers and arithmetic (image-urls.md section 6). "Precedence is unusual: first all mul/div left to right, then
 * add/sub left to right, then mod, last pow."
 */
import { evaluate } from '../../processing/amounts.ts'
import { type Amount, type Operator, type Variable, variables } from '../../processing/transformation.ts'
import { decimal, integer, oneOf } from './values.ts'

/** The variables that have a meaning at some place. */
export type Known = ReadonlySet<Variable>

const kinds = { i: ['iw', 'ih', 'iar'], c: ['cw', 'ch', 'car'], b: ['bw', 'bh', 'bar'] } as const
const known = (...of: (keyof typeof kinds)[]): Known => new Set(of.flatMap((kind) => kinds[kind]))

export const knownInSteps = known('i', 'c')
export const knownInImageLayers = known('i', 'c', 'b')
/** "the only ones allowed in text, solid and gradient layers" */
export const knownInDrawnLayers = known('b')
/** `c` is the finished overlay in `lx` and `ly`. */
export const knownInDrawnOffsets = known('c', 'b')

const operators = { mul: 0, div: 0, add: 1, sub: 1, mod: 2, pow: 3 } as const satisfies Record<Operator, number>
const isOperator = (text: string): text is Operator => Object.hasOwn(operators, text)

const maxOperators = 40

/** A whole expression with at least one operator, or a variable. */
export function expression(text: string, known: Known): Amount | undefined {
  const groups = amountsOf(text, known)
  const [first] = groups ?? []
  return groups?.length === 1 && typeof first === 'object' && isSound(first) ? first : undefined
}

/** Values one after the other, each a number or an expression: `10_bw_mul_0.1_20` are three. */
export function amountsOf(text: string, known: Known): Amount[] | undefined {
  const words = text.split('_')
  if (words.length > 2 * maxOperators) return undefined
  const found: Amount[] = []
  let operands: Amount[] = []
  let between: Operator[] = []
  for (const word of words) {
    if (isOperator(word)) {
      if (operands.length !== between.length + 1) return undefined
      between.push(word)
      continue
    }
    const operand = oneOf(variables, word)
    const value = operand === undefined ? decimal(word, { min: 0, max: 1e9 }) : { variable: operand }
    if (value === undefined || (operand !== undefined && !known.has(operand))) return undefined
    if (operands.length > between.length) {
      found.push(combined(operands, between))
      operands = []
      between = []
    }
    operands.push(value)
  }
  if (operands.length !== between.length + 1) return undefined
  found.push(combined(operands, between))
  return found
}

/** One level of precedence after the other, each from left to right. */
function combined(operands: readonly Amount[], between: readonly Operator[]): Amount {
  let values = [...operands]
  let signs = [...between]
  for (let level = 0; level <= 3; level += 1) {
    const left: Amount[] = values.slice(0, 1)
    const rest: Operator[] = []
    for (const [index, operator] of signs.entries()) {
      const right = values[index + 1] ?? 0
      if (operators[operator] === level) left.push({ operator, left: left.pop() ?? 0, right })
      else {
        rest.push(operator)
        left.push(right)
      }
    }
    values = left
    signs = rest
  }
  return values[0] ?? 0
}

/** Without variables it can be worked out now: `10_div_0` is refused before anything is done. */
function isSound(amount: Amount): boolean {
  if (hasVariables(amount)) return true
  try {
    return evaluate(amount, {}) > 0
  } catch {
    return false
  }
}

function hasVariables(amount: Amount): boolean {
  if (typeof amount === 'number') return false
  return 'variable' in amount || hasVariables(amount.left) || hasVariables(amount.right)
}

/** "A dimension above 65535 is ignored." */
export const maxSide = 65_535
export const ignored = Symbol('ignored')

/** A side: pixels, a share below 1, or an expression. */
export function side(text: string, known: Known): Amount | typeof ignored | undefined {
  if (/^\d+$/.test(text)) {
    const pixels = Number(text)
    return pixels > maxSide ? ignored : pixels > 0 ? pixels : undefined
  }
  const share = decimal(text, { min: 0, max: 1 })
  return share !== undefined && share > 0 && share < 1 ? share : expression(text, known)
}

/** Whole pixels, `N` for minus, or an expression. */
export function place(text: string, known: Known): Amount | undefined {
  return integer(text, { min: -maxSide, max: maxSide }) ?? expression(text, known)
}

/** A size that is more than nothing, with decimals, or an expression. */
export function length(text: string, known: Known, max = maxSide): Amount | undefined {
  const value = decimal(text, { min: 0, max })
  return value === 0 ? undefined : (value ?? expression(text, known))
}
