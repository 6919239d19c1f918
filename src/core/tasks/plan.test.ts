import { describe, expect, it } from 'vitest'
import type { TaskJobParams, ToolParams, WatermarkElement } from './params.ts'
import { planRuns, withoutPositions } from './plan.ts'

const files: TaskJobParams['files'] = [
  { serverFilename: 'a.jpg', filename: 'a', rotate: 0 },
  { serverFilename: 'b.png', filename: 'b', rotate: 90 },
  { serverFilename: 'c.gif', filename: 'c', rotate: 270 },
]
const plan = (tool: ToolParams) =>
  planRuns({
    files,
    tool,
    ignoreErrors: true,
    tryRepair: true,
    outputFilename: null,
    packagedFilename: 'output',
    server: 'x',
  })

describe('one run per file', () => {
  it.each<[ToolParams, object, object]>([
    [{ tool: 'rotateimage' }, {}, { format: 'same' }],
    [{ tool: 'repairimage' }, {}, { format: 'same', repair: true }],
    [{ tool: 'compressimage', level: 'low' }, {}, { format: 'same', compress: 'low' }],
    [
      { tool: 'resizeimage', resize: { width: 5, keepRatio: true, enlarge: false } },
      { resize: { width: 5, keepRatio: true, enlarge: false } },
      { format: 'same' },
    ],
    [
      { tool: 'cropimage', crop: { x: 1, y: 2, width: 3, height: 4 } },
      { crop: { x: 1, y: 2, width: 3, height: 4 } },
      { format: 'same' },
    ],
    [{ tool: 'convertimage', to: 'webp', delayMs: 500, loop: 0 }, {}, { format: 'webp' }],
    [{ tool: 'convertimage', to: 'gif', delayMs: 500, loop: 0 }, {}, { format: 'gif' }],
  ])('%j', (tool, operations, output) => {
    expect(plan(tool)).toEqual([
      { positions: [0], sources: ['a.jpg'], operations, output },
      { positions: [1], sources: ['b.png'], operations: { rotate: 90, ...operations }, output },
      { positions: [2], sources: ['c.gif'], operations: { rotate: 270, ...operations }, output },
    ])
  })
})

describe('watermarks', () => {
  const element: WatermarkElement = {
    type: 'image',
    image: 'stamp.png',
    gravity: 'Center',
    verticalPercent: 0,
    horizontalPercent: 0,
    verticalPixels: 0,
    horizontalPixels: 0,
    rotation: 0,
    opacity: 100,
    mosaic: false,
    fontFamily: 'Arial',
    bold: false,
    italic: false,
    fontSize: 14,
    color: '#000000',
  }
  it('open each stamp once, after the image; text needs none', () => {
    const { image: _, ...text } = { ...element, type: 'text' as const, text: 'x' }
    const elements = [element, text, { ...element, image: 'other.png' }, element]
    const [run] = plan({ tool: 'watermarkimage', elements })
    expect(run?.sources).toEqual(['a.jpg', 'stamp.png', 'other.png'])
    expect(run?.operations.watermark?.map((stamp) => (stamp.type === 'image' ? stamp.source : stamp.text))).toEqual([
      1,
      'x',
      2,
      1,
    ])
    expect(run?.operations.watermark?.[0]).not.toHaveProperty('fontFamily')
  })
  it('a picture may be stamped with itself', () => {
    const [run] = plan({ tool: 'watermarkimage', elements: [{ ...element, image: 'a.jpg' }] })
    expect(run?.sources).toEqual(['a.jpg', 'a.jpg'])
    expect(run?.operations.watermark).toMatchObject([{ source: 1 }])
  })
})

describe('an animation of several files', () => {
  const animation = { tool: 'convertimage', to: 'gif_animation', delayMs: 300, loop: 1 } as const

  it('is one run over all, each turned as asked', () => {
    expect(plan(animation)).toEqual([
      {
        positions: [0, 1, 2],
        sources: ['a.jpg', 'b.png', 'c.gif'],
        operations: {},
        output: { format: 'gif', animation: { delayMs: 300, loop: 1, turns: [0, 90, 270] } },
      },
    ])
  })
  it('goes on without a broken frame; the next one sets the canvas', () => {
    const [run] = plan(animation)
    if (run === undefined) throw new Error('no run')
    expect(withoutPositions(run, new Set([0]))).toEqual({
      positions: [1, 2],
      sources: ['b.png', 'c.gif'],
      operations: { rotate: 90 },
      output: { format: 'gif', animation: { delayMs: 300, loop: 1, turns: [90, 270] } },
    })
    expect(withoutPositions(run, new Set([1]))).toMatchObject({ positions: [0, 2], operations: {} })
    expect(withoutPositions(run, new Set())).toBe(run)
    expect(withoutPositions(run, new Set([0, 1, 2]))).toBeUndefined()
  })
})
