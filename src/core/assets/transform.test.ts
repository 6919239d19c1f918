import { describe, expect, it } from 'vitest'
import { parseTransformation, planTransformation } from './transform.ts'

const plan = (text: string, width: number, height: number) =>
  planTransformation(parseTransformation(text, 'pre'), { width, height })
const exact = (width: number, height: number) => ({ width, height, keepRatio: false, enlarge: true })

describe('sizes of image-urls.md section 3', () => {
  it.each([
    ['w-300', 740, 1000, { resize: { width: 300, keepRatio: true, enlarge: true } }],
    ['h-0.5', 740, 1000, { resize: { height: 500, keepRatio: true, enlarge: true } }],
    ['w-300,h-200,c-force', 740, 1000, { resize: exact(300, 200) }],
    ['w-300,h-200,c-at_max', 740, 1000, { resize: { width: 300, height: 200, keepRatio: true, enlarge: false } }],
    ['w-300,h-200,c-at_least', 740, 1000, { resize: exact(300, 405) }],
    [
      'w-850,h-1000,c-at_max_enlarge',
      740,
      1000,
      { resize: { width: 850, height: 1000, keepRatio: true, enlarge: true } },
    ],
    ['w-100,h-100', 400, 200, { crop: { x: 100, y: 0, width: 200, height: 200 }, resize: exact(100, 100) }],
    ['w-100,ar-1-1,fo-right', 400, 200, { crop: { x: 200, y: 0, width: 200, height: 200 }, resize: exact(100, 100) }],
    ['w-800,h-400', 400, 200, { resize: exact(800, 400) }],
    [
      'w-800,h-800,c-maintain_ratio_no_enlarge',
      400,
      200,
      { crop: { x: 100, y: 0, width: 200, height: 200 }, resize: exact(200, 200) },
    ],
    ['w-100,h-50,cm-extract', 400, 200, { crop: { x: 150, y: 75, width: 100, height: 50 } }],
    ['w-100,h-50,cm-extract,x-7,y-9', 400, 200, { crop: { x: 7, y: 9, width: 100, height: 50 } }],
    ['w-100,h-50,cm-extract,fo-top_left', 400, 200, { crop: { x: 0, y: 0, width: 100, height: 50 } }],
  ])('%s', (text, width, height, operations) => {
    expect(plan(text, width, height)).toEqual({ operations, output: { format: 'same' } })
  })
})

it('turns last, though the engine turns first', () => {
  const at = (turn: string) => plan(`w-100,h-50,cm-extract,x-10,y-20,rt-${turn}`, 400, 200).operations
  expect(at('90')).toEqual({ rotate: 90, crop: { x: 130, y: 10, width: 50, height: 100 } })
  expect(at('180')).toEqual({ rotate: 180, crop: { x: 290, y: 130, width: 100, height: 50 } })
  expect(at('N90')).toEqual({ rotate: 270, crop: { x: 20, y: 290, width: 50, height: 100 } })
  expect(plan('w-100,rt-90', 400, 200).operations.resize).toMatchObject({ height: 100 })
})

it('format and quality', () => {
  expect(plan('tr:f-webp, q-50', 10, 10)).toEqual({ operations: {}, output: { format: 'webp', quality: 50 } })
  expect(plan('f-auto', 10, 10).output).toEqual({ format: 'same' })
})

it.each([
  '',
  'w',
  'w-',
  'w-0',
  'w-1.5',
  'w-70000',
  'q-101',
  'c-pad',
  'cm-pad_resize',
  'fo-face',
  'rt-45',
  'f-mp4',
  'ar-0-1',
  'w-1:h-1',
  'constructor-1',
])('refuses %j, saying what is understood', (text) => {
  expect(() => parseTransformation(text, 'transformation.pre')).toThrow(/understands w, h, ar/)
})
