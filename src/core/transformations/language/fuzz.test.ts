/** The reader against texts of its grammar, against damaged ones and against anything: it reads or refuses, at once. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printTransformation } from '../../../../test/support/print-transformation.ts'
import { DomainError } from '../../errors.ts'
import { estimateCost } from './cost.ts'
import { parseTransformation } from './parse.ts'
import { maxTextLength } from './split.ts'

const whole = (min: number, max: number) =>
  fc.integer({ min, max }).map((value) => (value < 0 ? `N${-value}` : `${value}`))
const word = <Words extends string>(...words: Words[]) => fc.constantFrom(...words)
const color = word('red', 'FFAABB', 'ffaabb50', 'transparent', '00000000')
const operator = word('add', 'sub', 'mul', 'div', 'mod', 'pow')
const expression = (...variables: string[]) =>
  fc
    .tuple(
      word(...variables),
      fc.array(fc.tuple(operator, fc.oneof(word(...variables), word('2', '0.5', '10'))), { maxLength: 4 }),
    )
    .map(([first, rest]) => [first, ...rest.flat()].join('_'))
const item = (key: string, value: fc.Arbitrary<string>) => value.map((text) => `${key}-${text}`)

const inSteps = ['iw', 'ih', 'iar', 'cw', 'ch', 'car']
const inLayers = [...inSteps, 'bw', 'bh', 'bar']
const inTexts = ['bw', 'bh', 'bar']

const stepItem = (known: string[]) =>
  fc.oneof(
    item('w', fc.oneof(whole(1, 70_000), word('0.5', '.25'), expression(...known))),
    item('h', fc.oneof(whole(1, 70_000), expression(...known))),
    item('ar', word('3-2', '16_10', '1.5')),
    item('dpr', word('0.1', '2', '5')),
    item('c', word('force', 'at_max', 'at_least', 'maintain_ratio')),
    item('cm', word('extract', 'pad_resize', 'pad_extract')),
    item('fo', word('top_left', 'center', 'auto', 'custom', 'face', 'car')),
    item('x', fc.oneof(whole(-50, 500), expression(...known))),
    item('yc', whole(-50, 500)),
    item('bg', fc.oneof(color, word('blurred_30_N10', 'blurred', 'dominant', 'gradient_dominant_4'))),
    item('rt', fc.oneof(whole(-720, 720), word('auto'))),
    item('fl', word('h', 'v', 'h_v')),
    item('bl', whole(1, 100)),
    item('r', word('max', '20', '1_2_3_4')),
    item(
      'b',
      fc.tuple(fc.oneof(whole(1, 9), expression(...known)), color).map((parts) => parts.join('_')),
    ),
    item('o', whole(0, 100)),
    item('t', word('true', '10')),
    item('e-shadow', word('bl-15_st-40_x-10_y-N5', 'bl-2')),
    item('e-gradient', word('ld-top_right_from-red_to-00000050_sp-0.5', 'ld-45', 'sp-0.25_to-blue')),
    item('cr', word('red', 'red_10_0000FF', 'FFAABB50_0')),
    item('e-distort', word('a-N45', 'p-N5_0_10_0_10_10_0_10')),
    item('q', whole(1, 100)),
    item('f', word('auto', 'jpg', 'jpeg', 'webp', 'orig')),
    item('pg', word('2')),
    word(
      'e-grayscale',
      'e-contrast',
      'e-sharpen',
      'e-sharpen-5',
      'e-usm',
      'e-usm-2-1.5-0.8-0.024',
      'e-colorize',
      'lo-true',
      'md-false',
    ),
  )

const textItem = fc.oneof(
  item('fs', fc.oneof(whole(1, 200), expression(...inTexts))),
  item('co', color),
  item('ia', word('left', 'right', 'center')),
  item('pa', word('1', '1_2', '1_2_3', '1_bw_mul_0.5_3_4')),
  item('al', whole(1, 9)),
  item('tg', word('b', 'i_b', 'strikethrough')),
  item('ff', word('Lato', 'PT Serif', 'fonts@@own.ttf')),
  item('w', whole(1, 900)),
  item('bg', color),
  item('lh', word('20', '1.5')),
)
const standing = fc.oneof(
  item('lfo', word('top_left', 'center', 'bottom')),
  item('lx', fc.oneof(whole(-50, 500), expression('bw', 'cw'))),
  item('lyc', whole(-50, 500)),
  item('lap', word('bottom_right')),
  item('lm', word('multiply', 'cutout')),
)
const chainOf = (step: fc.Arbitrary<string>) =>
  fc.array(step, { minLength: 1, maxLength: 3 }).map((steps) => steps.join(':'))
const list = (one: fc.Arbitrary<string>, maxLength = 5) => fc.array(one, { maxLength }).map((items) => items.join(','))
const joined = (...parts: string[]) => parts.filter((part) => part !== '').join(',')

/** `depth` more layers may follow inside. */
const layer = (depth: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.tuple(list(standing, 3), list(textItem)).map(([where, how]) => joined('l-text,i-Hello 1', where, how, 'l-end')),
    fc
      .tuple(list(standing, 3), color)
      .map(([where, bg]) => joined('l-image,i-ik_canvas', where, `bg-${bg},al-5,h-20`, 'l-end')),
    fc
      .tuple(list(standing, 3), chainOf(step(inLayers, depth - 1)))
      .map(([where, how]) => joined('l-image,i-a@@b.png', where, how, 'l-end')),
  )
const step = (known: string[], depth: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(stepItem(known), { minLength: 1, maxLength: 6 }),
      depth > 0 ? fc.array(layer(depth), { maxLength: 1 }) : fc.constant([]),
    )
    .map((parts) => parts.flat().join(','))
const condition = fc
  .tuple(
    word('w_gt_100', 'ar_lt_3-2', 'iw_eq_5_and_h_ne_6', 'ih_gte_1_or_car_x'.replace('_or_car_x', '_or_iar_lte_2')),
    chainOf(step(inSteps, 1)),
    chainOf(step(inSteps, 0)),
  )
  .map(([when, then, otherwise]) => `if-${when},${then},if-else,${otherwise},if-end`.replaceAll(/pg-2/g, 'q-2'))
const transformation = chainOf(
  fc.oneof({ weight: 4, arbitrary: step(inSteps, 3) }, { weight: 1, arbitrary: condition }),
)

/** Milliseconds; the best of a few when it seems slow, since the machine may be busy with other things. */
function attempt(text: string): number {
  let best = once(text)
  for (let again = 0; again < 5 && best >= 50; again += 1) best = Math.min(best, once(text))
  return best
}

/** Read, or refused as `invalid`; the milliseconds it took. */
function once(text: string): number {
  const began = performance.now()
  try {
    const read = parseTransformation(text)
    try {
      estimateCost(read, { width: 4000, height: 3000 })
    } catch (error) {
      if (!(error instanceof DomainError) || !['invalid', 'out_of_range'].includes(error.code)) throw error
    }
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'invalid') throw error
    expect(error.message).toMatch(/^Bad URL Transformation Request: /)
  }
  return performance.now() - began
}

const axes = /lx and lxc|ly and lyc|x and xc|y and yc/

describe('whatever the text', () => {
  it('valid texts are read, and what was read says the same when printed', () => {
    let read = 0
    fc.assert(
      fc.property(transformation, (text) => {
        let parsed: ReturnType<typeof parseTransformation>
        try {
          parsed = parseTransformation(text)
        } catch (error) {
          // What the generator puts together by chance.
          if (error instanceof DomainError && axes.test(error.message)) return
          throw error
        }
        read += 1
        expect(parseTransformation(printTransformation(parsed))).toEqual(parsed)
        expect(JSON.stringify(parseTransformation(text))).toBe(JSON.stringify(parsed))
      }),
      { numRuns: 3000 },
    )
    expect(read).toBeGreaterThan(2000)
  })

  it('damaged texts', () => {
    let slowest = 0
    const pieces = fc.oneof(
      word(
        ',',
        ':',
        '-',
        '_',
        'N',
        'l-end',
        'if-end',
        'if-else',
        'l-image,',
        'i-',
        'e-',
        '%',
        '@@',
        '\0',
        '😀',
        '9999999999',
        '\ud800',
      ),
      fc.string({ maxLength: 3 }),
    )
    const cut = fc.tuple(
      transformation,
      fc.array(fc.tuple(fc.nat(), fc.nat(6), pieces), { minLength: 1, maxLength: 4 }),
    )
    fc.assert(
      fc.property(cut, ([text, changes]) => {
        const damaged = changes.reduce((before, [place, length, piece]) => {
          const at = place % (before.length + 1)
          return before.slice(0, at) + piece + before.slice(at + length)
        }, text)
        slowest = Math.max(slowest, attempt(damaged))
      }),
      { numRuns: 7000 },
    )
    expect(slowest).toBeLessThan(50)
  })

  it('anything', () => {
    let slowest = 0
    const letters = fc.string({ unit: word(...'whxylbctifepnramgo-_,:N0159.%@=\u0000é '), maxLength: 200 })
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), letters), (text) => {
        slowest = Math.max(slowest, attempt(text))
      }),
      { numRuns: 10_000 },
    )
    expect(slowest).toBeLessThan(50)
  })

  it.each([
    'w-1,',
    'w-1:',
    ':',
    ',',
    '-',
    '_',
    'l-image,',
    'l-text,i-a,l-end,',
    'if-w_gt_1,',
    'w-iw_add_1_mul_',
    'N',
    'e-gradient-from-',
    'pa-1_',
    '%',
    '\u0000',
    'if-w_gt_1_and_',
    'n-a,',
    'w-9',
    'bl-100:',
  ])('as long as may be, of %j', (piece) => {
    for (const length of [maxTextLength, 10 * maxTextLength]) {
      const text = piece.repeat(Math.ceil(length / piece.length)).slice(0, length)
      expect(attempt(text)).toBeLessThan(50)
      expect(attempt(`l-text,i-a,pa-${text}`.slice(0, maxTextLength))).toBeLessThan(50)
    }
  })
})
