/** Reads the grammar of media-library-api.md section 7.1: OR of ANDs of comparisons, with brackets. */
import { searchLimits } from './limits.ts'
import {
  type Expression,
  type FieldName,
  type Operator,
  refuse,
  type Scalar,
  type Source,
  type Value,
} from './syntax.ts'
import { createTokens, type Token, type Tokens } from './tokens.ts'

const keywords = new Set(['AND', 'OR', 'NOT', 'IN', 'HAS', 'CONTAINS', 'EXISTS'])
const numberText = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/

interface Reading {
  source: Source
  tokens: Tokens
  comparisons: number
  values: number
}

/**
 * @param source its `param` is what errors name
 * @throws DomainError `invalid` that says what was expected, at which position
 */
export function parseExpression(source: Source): Expression {
  if (source.text.length > searchLimits.length) {
    throw refuse(source, searchLimits.length, `longer than ${searchLimits.length} characters`)
  }
  const nul = source.text.indexOf('\0')
  if (nul !== -1) throw refuse(source, nul, 'a NUL character')
  const reading: Reading = { source, tokens: createTokens(source), comparisons: 0, values: 0 }
  const expression = readOr(reading, 0)
  const rest = reading.tokens.peek()
  if (rest.kind === 'end') return expression
  throw refuse(source, rest.at, rest.text === ')' ? 'a ) without its (' : 'expected AND, OR or the end')
}

const readOr = (reading: Reading, depth: number) => readJoined(reading, 'or', () => readAnd(reading, depth))
const readAnd = (reading: Reading, depth: number) => readJoined(reading, 'and', () => readTerm(reading, depth))

function readJoined(reading: Reading, kind: 'and' | 'or', readPart: () => Expression): Expression {
  const first = readPart()
  const parts = [first]
  while (keyword(reading.tokens.peek()) === kind.toUpperCase()) {
    reading.tokens.take()
    parts.push(readPart())
  }
  return parts.length === 1 ? first : { kind, parts }
}

function readTerm(reading: Reading, depth: number): Expression {
  const { source, tokens } = reading
  const opening = tokens.peek()
  if (opening.kind !== 'sign' || opening.text !== '(') return readComparison(reading)
  if (depth >= searchLimits.depth) {
    throw refuse(source, opening.at, `more than ${searchLimits.depth} brackets inside each other`)
  }
  tokens.take()
  const inner = readOr(reading, depth + 1)
  const closing = tokens.take()
  if (closing.text !== ')' || closing.kind !== 'sign') throw refuse(source, closing.at, 'expected AND, OR or )')
  return inner
}

function readComparison(reading: Reading): Expression {
  const { source, tokens } = reading
  const field = readField(reading)
  reading.comparisons += 1
  if (reading.comparisons > searchLimits.comparisons) {
    throw refuse(source, field.at, `more than ${searchLimits.comparisons} comparisons`)
  }
  const operator = readOperator(reading)
  if (operator === 'EXISTS' || operator === 'NOT EXISTS') {
    return { kind: 'exists', field, negated: operator === 'NOT EXISTS' }
  }
  const after = tokens.peek('value')
  const value = after.text === '[' && after.kind === 'sign' ? readArray(reading) : readScalar(reading)
  return { kind: 'comparison', field, operator, value }
}

function readField({ source, tokens }: Reading): FieldName {
  const token = tokens.take()
  if (token.kind === 'quoted') return { name: token.text, quoted: true, at: token.at }
  if (token.kind !== 'word' || keyword(token) !== undefined) throw refuse(source, token.at, 'expected a field or (')
  if (token.text.includes('.')) {
    throw refuse(source, token.at, `a name with a dot needs quotation marks: "${token.text}"`)
  }
  return { name: token.text, quoted: false, at: token.at }
}

function readOperator({ source, tokens }: Reading): Operator | 'EXISTS' | 'NOT EXISTS' {
  const token = tokens.take()
  const word = keyword(token)
  if (word === 'IN' || word === 'HAS' || word === 'CONTAINS' || word === 'EXISTS') return word
  if (word === 'NOT') {
    const second = tokens.take()
    const negated = keyword(second)
    if (negated === 'IN') return 'NOT IN'
    if (negated === 'EXISTS') return 'NOT EXISTS'
    if (second.kind === 'sign' && second.text === '=') return 'NOT ='
    throw refuse(source, second.at, 'expected =, IN or EXISTS after NOT')
  }
  if (token.kind === 'sign' && isComparison(token.text)) return token.text
  throw refuse(
    source,
    token.at,
    'expected an operator: =, :, <, <=, >, >=, NOT =, IN, NOT IN, HAS, CONTAINS, EXISTS, NOT EXISTS',
  )
}

const isComparison = (text: string): text is '=' | ':' | '<' | '<=' | '>' | '>=' => /^([=:]|[<>]=?)$/.test(text)

function readArray(reading: Reading): Value {
  const { source, tokens } = reading
  const { at } = tokens.take('value')
  const items: Scalar[] = []
  if (isSign(tokens.peek('value'), ']')) {
    tokens.take('value')
    return { kind: 'array', items, at }
  }
  for (;;) {
    items.push(readScalar(reading))
    const next = tokens.take('value')
    if (isSign(next, ']')) return { kind: 'array', items, at }
    if (!isSign(next, ',')) throw refuse(source, next.at, 'expected , or ]')
  }
}

const isSign = (token: Token, text: string) => token.kind === 'sign' && token.text === text

function readScalar(reading: Reading): Scalar {
  const { source, tokens } = reading
  const token = tokens.take('value')
  reading.values += 1
  if (reading.values > searchLimits.values) throw refuse(source, token.at, `more than ${searchLimits.values} values`)
  const { at, text } = token
  if (token.kind === 'quoted') return { kind: 'quoted', text, at }
  if (token.kind !== 'word' || keyword(token) !== undefined) throw refuse(source, at, 'expected a value')
  if (numberText.test(text)) return { kind: 'number', text, at }
  const lower = text.toLowerCase()
  if (lower === 'true' || lower === 'false') return { kind: 'boolean', text: lower, at }
  return { kind: 'word', text, at }
}

/** A keyword in capitals, in whatever case it was written. */
function keyword(token: Token): string | undefined {
  const upper = token.kind === 'word' ? token.text.toUpperCase() : ''
  return keywords.has(upper) ? upper : undefined
}
