import { describe, expect, it } from 'vitest'
import { outputFormat } from './load.ts'

describe('the output format', () => {
  const order = { operations: {}, output: { format: 'same' } } as const
  it.each([
    ['the input, if it is written the same', 'webp', order, 'webp'],
    ['png for an svg', 'svg', order, 'png'],
    ['svg for an svg that is compressed only', 'svg', { ...order, output: { format: 'same', compress: 'low' } }, 'svg'],
    [
      'png for an svg that is compressed and turned',
      'svg',
      { operations: { rotate: 90 }, output: { format: 'same', compress: 'low' } },
      'png',
    ],
    [
      'gif for an animation',
      'jpg',
      { ...order, output: { format: 'gif', animation: { delayMs: 1, loop: 0, turns: [] } } },
      'gif',
    ],
  ] as const)('is that of %s', (_, format, asked, expected) => {
    expect(outputFormat({ format }, asked)).toBe(expected)
  })

  it('cannot be svg for a photograph', () => {
    expect(() => outputFormat({ format: 'jpg' }, { operations: {}, output: { format: 'svg' } })).toThrowError(
      expect.objectContaining({ code: 'unsupported_format' }),
    )
  })
})
