import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DomainError } from '../../errors.ts'
import { searchLimits } from './limits.ts'
import { parseExpression } from './parse.ts'
import { type Expression, operators, printExpression } from './syntax.ts'

const parse = (text: string) => parseExpression({ param: 'searchQuery', text })
const message = (text: string) => {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof DomainError && error.code === 'invalid' && error.param === 'searchQuery') return error.message
    throw error
  }
  return 'accepted'
}

/** Without positions: they change when a text is printed again. */
const bare = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner) => (key === 'at' ? undefined : inner)))

describe('the grammar', () => {
  it('binds AND tighter than OR, and brackets tighter than both', () => {
    const a = printExpression(parse('a = 1 OR b = 2 AND c = 3 OR d = 4'))
    expect(a).toBe('a = 1 OR (b = 2 AND c = 3) OR d = 4')
    expect(printExpression(parse('(a = 1 OR b = 2) AND c = 3'))).toBe('(a = 1 OR b = 2) AND c = 3')
  })

  it('takes keywords in any case and blanks anywhere or nowhere', () => {
    expect(bare(parse('name:"x"and(size>1mb oR tags nOt  iN["a",\'b\'])'))).toEqual(
      bare(parse('name : "x" AND (size > 1mb OR tags NOT IN ["a", "b"])')),
    )
    expect(bare(parse('tags not exists'))).toEqual(bare(parse('tags NOT EXISTS')))
    expect(bare(parse('a NOT= 1'))).toEqual(bare(parse('a NOT = 1')))
  })

  it('takes quoted fields, both quotation marks, escapes, barewords, numbers and booleans', () => {
    expect(bare(parse(String.raw`"customMetadata.a \"b\"" = 'it\'s'`))).toEqual({
      kind: 'comparison',
      field: { name: 'customMetadata.a "b"', quoted: true },
      operator: '=',
      value: { kind: 'quoted', text: "it's" },
    })
    const kinds = bare(parse('a IN [2020-01-01T10:30:00, 7d, -1.5e3, TRUE, "true"]'))
    expect(kinds).toMatchObject({
      value: {
        items: [
          { kind: 'word', text: '2020-01-01T10:30:00' },
          { kind: 'word', text: '7d' },
          { kind: 'number', text: '-1.5e3' },
          { kind: 'boolean', text: 'true' },
          { kind: 'quoted', text: 'true' },
        ],
      },
    })
  })

  it.each([
    ['', 'expected a field or ( (position 1, at its end)'],
    [
      'name',
      'expected an operator: =, :, <, <=, >, >=, NOT =, IN, NOT IN, HAS, CONTAINS, EXISTS, NOT EXISTS (position 5, at its end)',
    ],
    ['name = ', 'expected a value (position 8, at its end)'],
    ['name = "x', 'the quotation mark " is never closed (position 8, near "x)'],
    ['name = "x" size > 1', 'expected AND, OR or the end (position 12, near size > 1)'],
    ['(name = "x"', 'expected AND, OR or ) (position 12, at its end)'],
    ['name = "x")', 'a ) without its ( (position 11, near ))'],
    ['tags IN ["a" "b"]', 'expected , or ] (position 14, near "b"])'],
    [
      'customMetadata.a = 1',
      'a name with a dot needs quotation marks: "customMetadata.a" (position 1, near customMetadata.a = 1)',
    ],
    ['name != "x"', 'write NOT = instead of != (position 6, near != "x")'],
    ['name NOT "x"', 'expected =, IN or EXISTS after NOT (position 10, near "x")'],
    [
      'name = "😀" & size > 1',
      'unexpected &; names and texts other than letters and digits belong in quotation marks (position 12, near & size > 1)',
    ],
    ['AND', 'expected a field or ( (position 1, near AND)'],
    ['a = "\0"', 'a NUL character (position 6, near \0")'],
  ])('refuses %j and says where', (text, expected) => {
    expect(message(text)).toBe(`searchQuery: ${expected}`)
  })

  it('bounds length, depth, comparisons and values', () => {
    const { length, depth, comparisons, values } = searchLimits
    expect(message(`name = "${'x'.repeat(length)}"`)).toMatch(/longer than 10000 characters/)
    expect(message(`${'('.repeat(depth)}a = 1${')'.repeat(depth)}`)).toBe('accepted')
    expect(message(`${'('.repeat(5000)}a = 1`)).toMatch(/more than 20 brackets.*position 21/)
    expect(
      message(
        Array(comparisons + 1)
          .fill('a = 1')
          .join(' OR '),
      ),
    ).toMatch(/more than 60 comparisons/)
    expect(
      message(
        `a IN [${Array(values + 1)
          .fill('1')
          .join(',')}]`,
      ),
    ).toMatch(/more than 500 values/)
  })
})

const text = fc.fullUnicodeString({ maxLength: 12 }).map((value) => value.replaceAll('\0', ''))
const field = fc.oneof(
  fc.record({ name: text, quoted: fc.constant(true) }),
  fc.record({ name: fc.constantFrom('name', 'tags', 'createdAt', 'x_1'), quoted: fc.constant(false) }),
)
const scalar: fc.Arbitrary<object> = fc.oneof(
  fc.record({ kind: fc.constant('quoted'), text }),
  fc.record({ kind: fc.constant('number'), text: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) }),
  fc.record({ kind: fc.constant('boolean'), text: fc.constantFrom('true', 'false') }),
  fc.record({
    kind: fc.constant('word'),
    text: fc.constantFrom('7d', '2020-01-01', '2020-01-01T00:00:00', '1mb', 'png'),
  }),
)
const value = fc.oneof(scalar, fc.record({ kind: fc.constant('array'), items: fc.array(scalar, { maxLength: 3 }) }))
const expression = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('exists'), field, negated: fc.boolean() }),
    fc.record({ kind: fc.constant('comparison'), field, operator: fc.constantFrom(...operators), value }),
    fc.record({
      kind: fc.constantFrom('and', 'or'),
      parts: fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
    }),
  ) as unknown as fc.Arbitrary<Expression>,
})).expression

describe('whatever the expression', () => {
  it('printing and parsing it gives it again', () => {
    fc.assert(
      fc.property(expression, (given) => {
        const printed = printExpression(given)
        fc.pre(printed.length < searchLimits.length)
        let parsed: Expression
        try {
          parsed = parse(printed)
        } catch (error) {
          // The generator knows nothing of the limits.
          fc.pre(!/more than \d+/.test(String(error)))
          throw error
        }
        expect(bare(parsed)).toEqual(bare(given))
      }),
      { numRuns: 500 },
    )
  })

  it('garbage is read or refused with a position, never anything else', () => {
    const pieces = fc.constantFrom(
      'name',
      '=',
      ':',
      '(',
      ')',
      '[',
      ']',
      ',',
      '"',
      "'",
      '\\',
      'AND',
      'or',
      'NOT',
      'IN',
      ' ',
      '<=',
      '1',
      '.',
      'é',
      '😀',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
          fc.fullUnicodeString(),
        ),
        (given) => {
          expect(message(given)).toMatch(/^accepted$|\(position \d+, /)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('ends soon on long nonsense', () => {
    const started = performance.now()
    for (const piece of ['(', '"', '[', 'a = 1 AND ', 'a IN [', '\\', ' ', ':', 'NOT '])
      message(piece.repeat(9000 / piece.length))
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
