/** Every row of image-urls.md sections 2 to 5; layers are in layers.test.ts. */
import { describe, expect, it, test } from 'vitest'
import type { Step } from '../../processing/transformation.ts'
import { parseTransformation } from './parse.ts'

const parse = (text: string) => parseTransformation(text)
/** The members of the only step. */
function only(text: string): Partial<Step> {
  const { parts } = parse(text)
  expect(parts).toHaveLength(1)
  const { type, ...rest } = parts[0] as Step
  expect(type).toBe('step')
  return rest
}
const refused = (text: string, message: RegExp) => {
  expect(() => parse(text)).toThrow(message)
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'invalid', param: 'tr' }))
}
const color = (value: number, alpha = 1) => ({ red: value >> 16, green: (value >> 8) & 255, blue: value & 255, alpha })
const white = color(0xffffff)
const iw = { variable: 'iw' }

describe('section 3: size and crop', () => {
  test.each<[string, object]>([
    ['w-200', { width: 200 }],
    ['w-0.5', { width: 0.5 }],
    ['w-auto', { width: 'auto' }],
    ['w-iw_div_2', { width: { operator: 'div', left: iw, right: 2 } }],
    ['h-200', { height: 200 }],
    ['h-.25', { height: 0.25 }],
    ['h-ch', { height: { variable: 'ch' } }],
    ['ar-4-3', { ratio: 4 / 3 }],
    ['ar-4_3', { ratio: 4 / 3 }],
    ['ar-1.5', { ratio: 1.5 }],
    ['ar-iar_div_2', { ratio: { operator: 'div', left: { variable: 'iar' }, right: 2 } }],
    ['dpr-0.1', { dpr: 0.1 }],
    ['dpr-5', { dpr: 5 }],
    ['dpr-auto', { dpr: 'auto' }],
    ['x-10,y-20', { x: 10, y: 20 }],
    ['x-N40', { x: -40 }],
    ['xc-10,yc-20', { centerX: 10, centerY: 20 }],
    ['xc-iw_div_2,y-3', { centerX: { operator: 'div', left: iw, right: 2 }, y: 3 }],
    ['z-0.5', { zoom: 0.5 }],
    ['bg-red', { background: { type: 'color', color: color(0xff0000) } }],
    ['bg-FFAABB50', { background: { type: 'color', color: color(0xffaabb, 0.5) } }],
    ['bg-ffaabb00', { background: { type: 'color', color: color(0xffaabb, 0) } }],
    ['bg-blurred', { background: { type: 'blurred', intensity: 'auto', brightness: 0 } }],
    ['bg-blurred_30', { background: { type: 'blurred', intensity: 30, brightness: 0 } }],
    ['bg-blurred_auto_N255', { background: { type: 'blurred', intensity: 'auto', brightness: -255 } }],
    ['bg-dominant', { background: { type: 'dominant' } }],
    ['bg-gradient_dominant', { background: { type: 'gradient_dominant', colors: 2 } }],
    ['bg-gradient_dominant_4', { background: { type: 'gradient_dominant', colors: 4 } }],
    ['cm-pad_resize,c-force', { mode: 'pad_resize' }],
  ])('%s', (text, step) => expect(only(text)).toEqual(step))

  test.each(['maintain_ratio', 'force', 'at_max', 'at_max_enlarge', 'at_least', 'maintain_ratio_no_enlarge'])(
    'c-%s',
    (mode) => expect(only(`c-${mode}`)).toEqual({ mode }),
  )
  test.each(['extract', 'pad_resize', 'pad_extract', 'pad_resize_no_enlarge', 'pad_extract_no_shrink'])(
    'cm-%s',
    (mode) => expect(only(`cm-${mode}`)).toEqual({ mode }),
  )
  test.each([
    ['center', { type: 'anchor', x: 0, y: 0 }],
    ['top', { type: 'anchor', x: 0, y: -1 }],
    ['left', { type: 'anchor', x: -1, y: 0 }],
    ['bottom', { type: 'anchor', x: 0, y: 1 }],
    ['right', { type: 'anchor', x: 1, y: 0 }],
    ['top_left', { type: 'anchor', x: -1, y: -1 }],
    ['top_right', { type: 'anchor', x: 1, y: -1 }],
    ['bottom_left', { type: 'anchor', x: -1, y: 1 }],
    ['bottom_right', { type: 'anchor', x: 1, y: 1 }],
    ['custom', { type: 'custom' }],
    ['auto', { type: 'auto' }],
    ['face', { type: 'face' }],
    ['trafficLight', { type: 'object', name: 'trafficLight' }],
  ])('fo-%s', (name, focus) => expect(only(`fo-${name}`)).toEqual({ focus }))

  it('"dimension above 65535 ignored"', () => {
    expect(parse('w-65536')).toEqual({ parts: [], original: false })
    expect(only('w-99999999999999999999,h-65535')).toEqual({ height: 65_535 })
  })

  test.each([
    'w-0',
    'w-1.5',
    'w-N5',
    'w--5',
    'w-1e3',
    'w-',
    'w',
    'w-iw_div',
    'w-10_div_0',
    'w-10_sub_10',
    'h-auto',
    'h-0.0',
    'ar-0-1',
    'ar-4-0',
    'ar-x',
    'dpr-0.09',
    'dpr-5.01',
    'dpr-0',
    'c-pad',
    'cm-x',
    'fo-nose',
    'x-1.5',
    'x-70000',
    'z-0',
    'bg-blurred_101',
    'bg-blurred_1_256',
    'bg-blurred_1_2_3',
    'bg-gradient_dominant_3',
    'bg-FFF',
    'bg-#FFFFFF',
    'bg-FFFFFFFF',
    'bg-nocolor',
  ])('%s is refused', (text) => refused(text, /^Bad URL Transformation Request: ".+" at position 1: \w+ takes /))
  it('a corner and a centre on one axis', () =>
    refused('x-1,y-2,xc-3', /"xc-3" at position 9: x and xc do not go together/))
})

describe('section 4: appearance', () => {
  const gradient = { direction: 180, from: white, to: color(0, 0), stop: 1 }
  test.each<[string, object]>([
    ['rt-90', { rotate: 90 }],
    ['rt-N90', { rotate: 270 }],
    ['rt-450', { rotate: 90 }],
    ['rt-12.5', { rotate: 12.5 }],
    ['rt-auto', { rotate: 'auto' }],
    ['fl-h', { flip: { horizontal: true, vertical: false } }],
    ['fl-v', { flip: { horizontal: false, vertical: true } }],
    ['fl-h_v', { flip: { horizontal: true, vertical: true } }],
    ['fl-v_h', { flip: { horizontal: true, vertical: true } }],
    ['bl-1', { blur: 1 }],
    ['bl-100', { blur: 100 }],
    ['e-grayscale', { grayscale: true }],
    ['e-grayscale-true', { grayscale: true }],
    ['r-20', { radius: 20 }],
    ['r-max', { radius: 'max' }],
    ['r-1_2_3_4', { radius: [1, 2, 3, 4] }],
    ['b-10_CDDC39', { border: { width: 10, color: color(0xcddc39) } }],
    [
      'b-ih_mul_0.05_red',
      { border: { width: { operator: 'mul', left: { variable: 'ih' }, right: 0.05 }, color: color(0xff0000) } },
    ],
    ['o-0', { opacity: 0 }],
    ['t-true', { trim: true }],
    ['t-99', { trim: 99 }],
    ['e-contrast', { contrast: true }],
    ['e-sharpen', { sharpen: true }],
    ['e-sharpen-10', { sharpen: 10 }],
    ['e-usm-2-1.5-0.8-0.024', { unsharp: { radius: 2, sigma: 1.5, amount: 0.8, threshold: 0.024 } }],
    ['e-usm', { unsharp: { radius: 2, sigma: 2, amount: 0.8, threshold: 0.024 } }],
    ['e-shadow', { shadow: { blur: 10, saturation: 30, x: 2, y: 2 } }],
    ['e-shadow-bl-15_st-40_x-10_y-N5', { shadow: { blur: 15, saturation: 40, x: 10, y: -5 } }],
    ['e-gradient', { gradient }],
    ['e-gradient-ld-top_right', { gradient: { ...gradient, direction: 45 } }],
    [
      'e-gradient-ld-359_from-red_to-00000050_sp-0.25',
      { gradient: { direction: 359, from: color(0xff0000), to: color(0, 0.5), stop: 0.25 } },
    ],
    [
      'e-gradient-sp-ih_mul_0.5_to-red',
      {
        gradient: { ...gradient, to: color(0xff0000), stop: { operator: 'mul', left: { variable: 'ih' }, right: 0.5 } },
      },
    ],
    ['cr-red', { replaceColor: { to: color(0xff0000), tolerance: 35 } }],
    ['cr-red_10_0000FF', { replaceColor: { to: color(0xff0000), tolerance: 10, from: color(0xff) } }],
    ['e-colorize', { colorize: { color: color(0x808080), intensity: 100 } }],
    ['e-colorize-co-red_in-35', { colorize: { color: color(0xff0000), intensity: 35 } }],
    ['e-distort-a-45', { distort: { type: 'arc', degrees: 45 } }],
    ['e-distort-a-N45', { distort: { type: 'arc', degrees: -45 } }],
    [
      'e-distort-p-N5_0_10_0_10_10_0_10',
      {
        distort: {
          type: 'perspective',
          corners: [
            [-5, 0],
            [10, 0],
            [10, 10],
            [0, 10],
          ],
        },
      },
    ],
  ])('%s', (text, step) => expect(only(text)).toEqual(step))

  it('t-false says what is so anyway', () => expect(parse('t-false').parts).toEqual([]))

  test.each([
    'rt-left',
    'fl-x',
    'bl-0',
    'bl-101',
    'e-grayscale-5',
    'r--1',
    'r-1_2',
    'r-1_2_3_4_5',
    'b-10',
    'b-red',
    'b-0_red',
    'o-101',
    't-0',
    't-100',
    'e-sharpen-0',
    'e-usm-1-2-3',
    'e-usm-0-1-1-1',
    'e-shadow-bl-16',
    'e-shadow-st-101',
    'e-shadow-x-101',
    'e-shadow-bl-1_bl-2',
    'e-shadow-zz-1',
    'e-gradient-ld-360',
    'e-gradient-ld-up',
    'e-gradient-from-x',
    'e-gradient-sp-0',
    'cr-x',
    'cr-red_101',
    'cr-red_1_x',
    'cr-red_1_red_1',
    'e-colorize-in-101',
    'e-distort',
    'e-distort-a-0',
    'e-distort-p-1_2_3',
  ])('%s is refused', (text) => refused(text, /^Bad URL Transformation Request: ".+" at position 1: [\w-]+ takes /))
})

describe('section 5: output', () => {
  test.each<[string, object]>([
    ['q-1', { quality: 1 }],
    ['q-100', { quality: 100 }],
    ['f-jpeg', { format: 'jpg' }],
    ...['auto', 'jpg', 'png', 'webp', 'avif', 'gif', 'svg', 'orig'].map((format): [string, object] => [
      `f-${format}`,
      { format },
    ]),
    ['lo-true', { lossless: true }],
    ['pr-true', { progressive: true }],
    ['md-true', { metadata: true }],
    ['cp-true', { profile: true }],
    ['cp-false', { profile: false }],
  ])('%s, anywhere in the chain', (text, output) => {
    expect(only(text)).toEqual({ output })
    expect(parse(`${text}:w-1`).parts).toEqual([
      { type: 'step', output },
      { type: 'step', width: 1 },
    ])
  })

  it('orig and di belong to the whole', () => {
    expect(parse('w-10:orig-true')).toEqual({ parts: [{ type: 'step', width: 10 }], original: true })
    expect(parse('w-10,di-@@folder@@a.png')).toEqual({
      parts: [{ type: 'step', width: 10 }],
      original: false,
      defaultImage: '/folder/a.png',
    })
  })

  test.each<[string, object]>([
    ['pg-2', { type: 'index', index: 1 }],
    ['pg-3-4', { type: 'layers', layers: { from: 2, to: 3 } }],
    ['pg-4-', { type: 'layers', layers: { from: 3 } }],
    ['pg-1_3_5', { type: 'layers', layers: [0, 2, 4] }],
    ['pg-name-"a"_"b c"', { type: 'names', names: ['a', 'b c'] }],
    ['pg-name-layer-4', { type: 'names', names: ['layer-4'] }],
  ])('%s', (text, page) => expect(only(text)).toEqual({ page }))

  test.each([
    'q-0',
    'q-101',
    'q-1.5',
    'f-bmp',
    'lo-yes',
    'orig-1',
    'di-',
    'di-@@',
    'di-..@@a',
    'pg-0',
    'pg-4-3',
    'pg-x',
    'pg-name-',
    'pg-name-"a',
  ])('%s is refused', (text) => refused(text, / at position 1: \w+ takes /))
})

test.each([
  ...['vc-h264', 'ac-none', 'so-1', 'eo-2', 'du-3', 'sr-240_360'].map((text) => [text, 'is for videos']),
  ...[
    'e-bgremove',
    'e-removedotbg',
    'e-changebg-prompt-a dog',
    'e-edit-prompte-YQ==',
    'e-dropshadow-az-1_el-2_st-3',
    'e-upscale',
    'e-retouch',
    'e-genvar',
  ].map((text) => [text, 'needs AI machinery that this server does not have']),
  ['bg-genfill', 'needs AI machinery'],
  ['bg-genfill-prompt-sky', 'needs AI machinery'],
  ['f-mp4', 'makes videos'],
  ['f-webm', 'makes videos'],
  ['oi-logo.png', 'the old syntax of overlays; write a layer instead: l-image'],
  ['ot-hello', 'the old syntax of overlays'],
  ['ox-10', 'the old syntax of overlays'],
  ['n-small', 'there is no transformation "n"'],
  ['wat-1', 'there is no transformation "wat"'],
  ['__proto__-1', 'there is no transformation'],
  ['constructor', 'there is no transformation'],
])('%s says why not', (text, why) =>
  refused(
    `w-10,${text}`,
    new RegExp(`^Bad URL Transformation Request: "${text.replaceAll(/[()]/g, '.')}" at position 6: .*${why}`),
  ),
)

describe('section 2: the form', () => {
  it('chains, tr: in front, blanks, the order inside a step', () => {
    expect(parse('tr:w-1, h-2 : rt-90')).toEqual(parse('h-2,w-1:rt-90'))
    expect(JSON.stringify(parse('q-5,w-1,h-2,f-png'))).toBe(JSON.stringify(parse('f-png,h-2,w-1,q-5')))
    expect(parse('')).toEqual({ parts: [], original: false })
    expect(parse('w-1,w-2').parts).toEqual([{ type: 'step', width: 2 }])
  })
  test.each([
    ['w-1,,h-2', /^Bad URL Transformation Request: position 5: an item is empty/],
    ['w-1:', /position 5: an item is empty/],
    [',w-1', /position 1: an item is empty/],
    ['😀-1,w-x', /"😀-1" at position 1/],
    ['i-😀,w-x', /"i-😀" at position 1: there is no transformation "i"/],
    ['w-1,l-end', /"l-end" at position 5: there is no open layer/],
    ['if-w_gt_1,w-2,l-end', /"l-end" at position 15: there is no open layer/],
    ['w-1:if-w_gt_1,w-2', /"if-w_gt_1" at position 5: this block is never closed; write ,if-end after it/],
    ['w-2,if-else', /no open condition/],
    [`w-${'1'.repeat(20_000)}`, /has 20002 characters, at most 20000 are read/],
    ['w-\u0001', /"w-�" at position 1/],
  ])('%s', (text, message) => refused(text, message))

  it('another parameter', () => {
    expect(() => parseTransformation('w-x', { param: 'transformation.pre' })).toThrow(
      /^transformation\.pre: "w-x" at position 1: w takes/,
    )
  })
  it('named transformations that are looked up later', () => {
    expect(parseTransformation('w-1,n-small:n-b', { names: true }).parts).toEqual([{ type: 'step', width: 1 }])
    expect(() => parseTransformation('n-sm all', { names: true })).toThrow(/no transformation "n"/)
  })
})

describe('section 6: "first all mul/div left to right, then add/sub left to right, then mod, last pow"', () => {
  const operation = (operator: string, left: unknown, right: unknown) => ({ operator, left, right })
  test.each<[string, object]>([
    ['iw_add_2_mul_3', operation('add', iw, operation('mul', 2, 3))],
    ['iw_mul_2_div_3_mul_4', operation('mul', operation('div', operation('mul', iw, 2), 3), 4)],
    ['iw_sub_2_add_3', operation('add', operation('sub', iw, 2), 3)],
    ['iw_add_2_mod_3', operation('mod', operation('add', iw, 2), 3)],
    ['2_pow_iw_mod_3_mul_4', operation('pow', 2, operation('mod', iw, operation('mul', 3, 4)))],
    ['2_pow_3_pow_iw', operation('pow', operation('pow', 2, 3), iw)],
  ])('w-%s', (text, width) => expect(only(`w-${text}`)).toEqual({ width }))

  it('the base of a layer is not known outside of one', () => {
    refused('w-bw_div_2', /w takes .* \(variables here: iw, ih, iar, cw, ch, car\)/)
    refused(`w-${'iw_add_'.repeat(50)}1`, /w takes/)
  })
})

describe('section 7: conditions', () => {
  it('both branches, chains in them', () => {
    const { parts } = parse('if-ar_gt_1,w-200:rt-90,if-else,w-300,if-end:q-5')
    expect(parts).toHaveLength(2)
    expect(parts).toHaveProperty('0.type', 'if')
    expect(parts).toHaveProperty('0.anyOf', [[{ property: 'ar', operator: 'gt', value: 1 }]])
    expect(parts).toHaveProperty('0.then', [
      { type: 'step', width: 200 },
      { type: 'step', rotate: 90 },
    ])
    expect(parts).toHaveProperty('0.otherwise', [{ type: 'step', width: 300 }])
    expect(parts[1]).toEqual({ type: 'step', output: { quality: 5 } })
  })
  it('"and binds tighter"', () => {
    expect(parse('if-h_gte_100_and_h_lte_400_or_ar_lt_4-3,w-1,if-end').parts).toMatchObject([
      {
        anyOf: [
          [
            { property: 'h', operator: 'gte', value: 100 },
            { property: 'h', operator: 'lte', value: 400 },
          ],
          [{ property: 'ar', operator: 'lt', value: 4 / 3 }],
        ],
        otherwise: [],
      },
    ])
  })
  test.each(['w', 'h', 'ar', 'iw', 'ih', 'iar'])('if-%s_…', (property) => {
    for (const operator of ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'])
      expect(parse(`if-${property}_${operator}_1.5,w-1,if-end`).parts).toMatchObject([
        { anyOf: [[{ property, operator, value: 1.5 }]] },
      ])
  })
  it('inside each other and inside layers', () => {
    const { parts } = parse('if-w_gt_1,if-h_gt_1,w-1,if-end:h-2,if-else,l-image,i-a:if-w_gt_5,w-5,if-end,l-end,if-end')
    expect(parts).toHaveProperty('0.then.0.then', [{ type: 'step', width: 1 }])
    expect(parts).toHaveProperty('0.then.1.height', 2)
    expect(parts).toHaveProperty('0.otherwise.0.layers.0.parts.0.type', 'if')
  })
  test.each([
    ['w-1,if-w_gt_1,w-2,if-end', /"if-w_gt_1" at position 5: a condition is a step of its own/],
    ['if-w_gt_1,w-2,if-end,w-1', /a condition is a step of its own/],
    ['if-w_gt,w-2,if-end', /w is compared with a number, not ""/],
    ['if-w_is_1,w-2,if-end', /"w_is_1" is no condition; write <w\|h/],
    ['if-w_gt_4-3,w-2,if-end', /w is compared with a number, not "4-3"/],
    ['if-w_gt_1_xor_h_gt_1,w-2,if-end', /write _and_ or _or_/],
    ['if-w_gt_1_and,w-2,if-end', /ends too early/],
    ['if-w_gt_1,w-2,if-else,w-3,if-else,w-4,if-end', /has an if-else already/],
    ['if-w_gt_1,pg-2,if-end', /"pg-2" at position 11: pg may not stand inside a condition/],
    [`${'if-w_gt_1,'.repeat(4)}w-1${',if-end'.repeat(4)}`, /3 deep in each other/],
  ])('%s', (text, message) => refused(text, message))
})
