/** Every row of image-urls.md section 8. */
import { describe, expect, it, test } from 'vitest'
import type { Layer, Step } from '../../processing/transformation.ts'
import { parseTransformation } from './parse.ts'
import { fontsOf, imagesOf } from './sources.ts'

function layer(text: string): Layer {
  const [step] = parseTransformation(text).parts
  const [found] = (step as Step).layers ?? []
  if (found === undefined) throw new Error('no layer')
  return found
}
const image = (items: string) => layer(`l-image,i-a.png,${items},l-end`)
const text = (items: string) => layer(`l-text,i-hello,${items},l-end`)
const canvas = (items: string) => layer(`l-image,i-ik_canvas,${items},l-end`)
const refused = (given: string, message: RegExp) => {
  expect(() => parseTransformation(given)).toThrow(message)
  expect(() => parseTransformation(given)).toThrow(expect.objectContaining({ code: 'invalid' }))
}
const encoded = (plain: string) => encodeURIComponent(Buffer.from(plain).toString('base64'))
const red = { red: 255, green: 0, blue: 0, alpha: 1 }

describe('input', () => {
  test.each([
    ['i-logo.png', '/logo.png'],
    ['i-@@folder@@my logo.png', '/folder/my logo.png'],
    ['i-folder@@caf%C3%A9.png', '/folder/café.png'],
    [`ie-${encoded('folder/a,b:c.png')}`, '/folder/a,b:c.png'],
    [`ie-${encoded('https://example.com/a.png')}`, 'https://example.com/a.png'],
    [`i-x.png,ie-${encoded('a.png')}`, '/a.png'],
    [`ie-${encoded('a.png')},i-x.png`, '/a.png'],
  ])('image %s', (items, path) => expect(layer(`l-image,${items},l-end`)).toMatchObject({ type: 'image', path }))

  test.each([
    ['i-Hello World_100%! a@b.c & d', 'Hello World_100%! a@b.c & d'],
    ['i-%C3%9Cbung', 'Übung'],
    ['i-你好', '你好'],
    [`ie-${encoded('a, b: c? "d"\nе')}`, 'a, b: c? "d"\nе'],
  ])('text %s', (items, found) => expect(layer(`l-text,${items},l-end`)).toMatchObject({ text: found }))
  it('base64 with blanks for plus signs, and URL-safe', () => {
    const plain = '>>>???~~~'
    const base64 = Buffer.from(plain).toString('base64')
    expect(base64).toMatch(/[+/]/)
    for (const letters of [base64.replaceAll('+', ' '), base64.replaceAll('+', '-').replaceAll('/', '_')])
      expect(layer(`l-text,ie-${letters},l-end`)).toMatchObject({ text: plain })
  })

  test.each([
    ['l-image,w-10,l-end', /"l-image" at position 1: the layer has no input/],
    ['l-text,i-,l-end', /the text is empty/],
    [`l-text,i-${'a'.repeat(2001)},l-end`, /i has 2001 characters; at most 2000/],
    [`l-text,ie-${'YWFh'.repeat(626)},l-end`, /ie has 2504 characters; at most 2500/],
    ['l-text,i-a(b),l-end', /"i-a\(b\)" at position 8: i takes letters/],
    ['l-text,ie-%%%,l-end', /ie takes base64/],
    ['l-text,ie-_w==,l-end', /ie takes base64 of UTF-8/],
    [`l-text,ie-${encoded('a\0b')},l-end`, /control characters/],
    ['l-image,i-..@@secret,l-end', /the input takes the path/],
    ['l-image,i-@@,l-end', /the input takes the path/],
    ['l-video,i-a.mp4,l-end', /videos need video machinery/],
    ['l-subtitles,i-a.srt,l-end', /subtitles need video machinery/],
    ['l-shape,i-a,l-end', /l-image and l-text/],
    ['l-image,i-a.png', /this block is never closed; write ,l-end after it/],
  ])('%s', (given, message) => refused(given, message))
})

describe('position', () => {
  const px = (amount: unknown, fromEnd = false) => ({ amount, fromEnd })
  test.each<[string, object]>([
    ['lfo-center', {}],
    ['lfo-bottom_right', { focus: { x: 1, y: 1 } }],
    ['lx-10,ly-20', { x: px(10), y: px(20) }],
    ['lx-N10,lfo-top', { x: px(10, true) }],
    ['lx-99999999', { x: px(65_535) }],
    ['lx-bw_mul_0.5', { x: px({ operator: 'mul', left: { variable: 'bw' }, right: 0.5 }) }],
    ['ly-Nch', { y: px({ variable: 'ch' }, true) }],
    ['lxc-10,lyc-N20', { centerX: px(10), centerY: px(20, true) }],
    ['lap-bottom_left,lx-1', { anchor: { x: -1, y: 1 }, x: px(1) }],
  ])('%s', (items, position) => {
    expect(image(items)).toMatchObject({ position, parts: [] })
    expect(image(items).position).toEqual(position)
    expect(text(items).position).toEqual(position)
    expect(image(`w-10:${items}`).position).toEqual(position)
  })
  test.each(['multiply', 'cutter', 'cutout'])('lm-%s', (mode) => expect(image(`lm-${mode}`)).toMatchObject({ mode }))
  it('lm-displace "needs x or y"', () => {
    expect(image('lm-displace,x-N10,w-5')).toEqual({
      type: 'image',
      path: '/a.png',
      position: {},
      mode: 'displace',
      displace: { x: -10 },
      parts: [{ type: 'step', width: 5 }],
    })
    expect(image('lm-displace,y-10').parts).toEqual([])
    refused('l-image,i-a,lm-displace,l-end', /lm-displace needs x or y/)
  })
  test.each([
    ['lx-1,lxc-2', /lx and lxc do not go together/],
    ['ly-1,lyc-2', /ly and lyc do not go together/],
    ['lx-left', /lx takes pixels/],
    ['lfo-auto', /lfo takes one of center/],
    ['lm-screen', /lm takes multiply/],
    ['lso-1', /is for videos/],
    ['ldu-1', /is for videos/],
    ['leo-1', /is for videos/],
  ])('%s', (items, message) => refused(`l-image,i-a,${items},l-end`, message))
})

describe('l-image', () => {
  it('all that it supports', () => {
    const items =
      'w-bw_div_2,h-10,ar-1-1,c-force,fo-top,z-2,b-1_red,o-50,bg-red,r-max,rt-45,fl-h,t-false,dpr-2,q-50,bl-3,x-1,y-2,pg-2,e-grayscale,e-contrast,e-sharpen,e-usm,e-shadow,e-gradient'
    expect(image(items).parts).toEqual([
      expect.objectContaining({ height: 10, trim: false, opacity: 50, radius: 'max', gradient: expect.anything() }),
    ])
    expect(Object.keys(image(items).parts[0] ?? {})).toHaveLength(items.split(',').length - 1 + 1)
    // How an overlay would be written makes no difference.
    expect(image('q-50,f-png').parts).toEqual([])
  })
  it('chains and nested layers', () => {
    expect(image('w-10:rt-90,l-text,i-hi,l-end').parts).toMatchObject([
      { width: 10 },
      { rotate: 90, layers: [{ type: 'text' }] },
    ])
    const nested = (depth: number) => `${'l-image,i-a,'.repeat(depth)}w-1${',l-end'.repeat(depth)}`
    expect(imagesOf(parseTransformation(nested(3)))).toEqual(['/a'])
    refused(nested(4), /"l-image" at position 37: layers may stand 3 deep/)
  })
  test.each([
    ['w-auto', /w takes/],
    ['dpr-auto', /dpr takes/],
    ['orig-true', /orig has no meaning inside a layer/],
    ['di-a.png', /di has no meaning inside a layer/],
    ['fs-10', /there is no transformation "fs"/],
  ])('%s', (items, message) => refused(`l-image,i-a,${items},l-end`, message))
})

describe('ik_canvas', () => {
  test.each<[string, object]>([
    ['bg-FF0000', { color: red }],
    ['bg-FF0000,al-5', { color: { ...red, alpha: 0.5 } }],
    ['al-9,bg-FF000020', { color: { ...red, alpha: 0.2 } }],
    ['bg-red,al-5', { color: red }],
    ['w-10,h-bh_div_2', { width: 10, height: { operator: 'div', left: { variable: 'bh' }, right: 2 } }],
    ['w-0.5', { width: 0.5 }],
    ['r-5,e-gradient:rt-10', { parts: [{ radius: 5, gradient: { direction: 180 } }, { rotate: 10 }] }],
  ])('%s', (items, found) => expect(canvas(items)).toMatchObject({ type: 'canvas', ...found }))
  it('"bh bw bar: the only ones allowed in solid layers"', () => {
    refused('l-image,i-ik_canvas,w-iw,l-end', /w takes .*expression such as bw_div_2/)
    refused('l-image,i-ik_canvas,al-10,l-end', /al takes/)
  })
  it('is no file', () => expect(imagesOf(parseTransformation('l-image,i-ik_canvas,l-end'))).toEqual([]))
})

describe('l-text', () => {
  it('as it is without more', () => {
    expect(layer('l-text,i-hello,l-end')).toEqual({
      type: 'text',
      text: 'hello',
      align: 'center',
      bold: false,
      color: { red: 0, green: 0, blue: 0, alpha: 1 },
      fontSize: 14,
      italic: false,
      opacity: 1,
      padding: [0, 0, 0, 0],
      strikethrough: false,
      position: {},
      parts: [],
    })
  })
  test.each<[string, object]>([
    ['w-200', { width: 200 }],
    ['w-bw_mul_0.5', { width: { operator: 'mul', left: { variable: 'bw' }, right: 0.5 } }],
    ['fs-50', { fontSize: 50 }],
    ['fs-bh_mul_0.1', { fontSize: { operator: 'mul', left: { variable: 'bh' }, right: 0.1 } }],
    ['ff-Open_Sans', { font: { name: 'Open Sans' } }],
    ['ff-PT Serif', { font: { name: 'PT_Serif' } }],
    ['ff-exo', { font: { name: 'exo' } }],
    ['ff-Nobody Knows', { font: { name: 'Nobody Knows' } }],
    ['ff-fonts@@own', { font: { path: '/fonts/own' } }],
    ['ff-own.ttf', { font: { path: '/own.ttf' } }],
    ['co-red', { color: red }],
    ['co-FF000050', { color: { ...red, alpha: 0.5 } }],
    ['ia-left', { align: 'left' }],
    ['ia-right', { align: 'right' }],
    ['pa-10', { padding: [10, 10, 10, 10] }],
    ['pa-10_20', { padding: [10, 20, 10, 20] }],
    ['pa-10_20_30', { padding: [10, 20, 30, 20] }],
    ['pa-10_20_30_40', { padding: [10, 20, 30, 40] }],
    [
      'pa-1_bw_mul_0.5_3',
      { padding: [1, { operator: 'mul', left: { variable: 'bw' }, right: 0.5 }, 3, { operator: 'mul' }] },
    ],
    ['al-5', { opacity: 0.5 }],
    ['tg-b', { bold: true, italic: false, strikethrough: false }],
    ['tg-i_strikethrough_b', { bold: true, italic: true, strikethrough: true }],
    ['bg-red', { background: red }],
    ['r-5', { radius: 5 }],
    ['rt-N90', { rotate: 270 }],
    ['fl-v', { flip: { horizontal: false, vertical: true } }],
    ['lh-20', { lineHeight: 20 }],
    // In a chain the text is a picture; its letters stay letters.
    ['fs-5:w-10,co-red', { fontSize: 5, color: red, parts: [{ type: 'step', width: 10 }] }],
    ['bl-5,o-20', { parts: [{ type: 'step', blur: 5, opacity: 20 }] }],
  ])('%s', (items, found) => expect(text(items)).toMatchObject(found))

  test.each([
    'w-0.5',
    'w-iw',
    'w-cw_div_2',
    'fs-0',
    'fs-16384',
    'fs-x',
    'ff-',
    'co-x',
    'ia-justify',
    'pa-1_2_3_4_5',
    'pa-N1',
    'al-0',
    'al-10',
    'tg-x',
    'bg-blurred',
    'r-x',
    'rt-auto',
    'fl-x',
    'lh-0',
  ])('%s is refused', (items) => refused(`l-text,i-a,${items},l-end`, / at position 12: \w+ takes /))
  it('subtitles’ styles', () => refused('l-text,i-a,fol-1_red,l-end', /styles subtitles/))
})

it('files that layers need, each once, in the order of the text', () => {
  const transformation = parseTransformation(
    'l-image,i-b.png,l-image,i-c.png,l-end,l-end,l-text,i-x,ff-z.ttf,l-end:if-w_gt_1,l-image,i-a.png,l-end,if-else,l-image,i-b.png,l-end,l-text,i-x,ff-a.otf,l-end,l-text,i-x,ff-Lato,l-end,if-end',
  )
  expect(imagesOf(transformation)).toEqual(['/b.png', '/c.png', '/a.png'])
  expect(fontsOf(transformation)).toEqual(['/z.ttf', '/a.otf'])
})
