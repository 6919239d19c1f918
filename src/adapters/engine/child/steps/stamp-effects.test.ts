import { describe, expect, it } from 'vitest'
import type { Pixels } from '../pixels.ts'
import { castShadow, outline } from './stamp-effects.ts'

/** A red square of `side` pixels. */
function square(side: number): Pixels {
  const data = Buffer.alloc(side * side * 4)
  for (let at = 0; at < data.length; at += 4) data.writeUInt32BE(0xff0000ff, at)
  return { data, width: side, height: side }
}

const at = ({ data, width }: Pixels, x: number, y: number) => [
  ...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
]

describe('outline', () => {
  it('lies around the ink in its colour and thickness, with round corners', () => {
    const drawn = outline(square(20), { width: 5, color: '#0000ff' })
    expect([drawn.width, drawn.height]).toEqual([32, 32])
    expect(at(drawn, 16, 16)).toEqual([255, 0, 0, 255])
    expect(at(drawn, 16, 1)).toEqual([0, 0, 255, 128])
    expect(at(drawn, 16, 2)).toEqual([0, 0, 255, 255])
    expect(at(drawn, 1, 16)[3]).toBe(128)
    expect(at(drawn, 30, 16)[3]).toBe(128)
    expect(at(drawn, 16, 0)[3]).toBe(0)
    expect(at(drawn, 2, 2)[3]).toBe(0)
  })

  it('closes a hole that is narrower than twice its thickness', () => {
    const ring = square(20)
    for (let y = 7; y < 13; y++) for (let x = 7; x < 13; x++) ring.data[(y * 20 + x) * 4 + 3] = 0
    const drawn = outline(ring, { width: 4, color: '#0000ff' })
    expect(at(drawn, 5 + 10, 5 + 10)).toEqual([0, 0, 255, 255])
  })

  it('of nothing is nothing', () => {
    const drawn = outline({ data: Buffer.alloc(400), width: 10, height: 10 }, { width: 50, color: '#0000ff' })
    expect(drawn.data.every((value, index) => index % 4 !== 3 || value === 0)).toBe(true)
  })
})

describe('shadow', () => {
  it('lies under the ink, below and to the right, soft', async () => {
    const drawn = await castShadow(square(60), '#00ff00')
    // A twentieth of 60 is 3: the square begins at 1, its shadow at 4.
    expect(drawn.width).toBe(60 + 1 + 7)
    expect(at(drawn, 1, 1)).toEqual([255, 0, 0, 255])
    expect(at(drawn, 40, 40)).toEqual([255, 0, 0, 255])
    const [red, green, blue, alpha = 0] = at(drawn, 61, 61)
    expect([red, green, blue]).toEqual([0, 255, 0])
    expect(alpha).toBeGreaterThan(100)
    expect(at(drawn, 63, 40)[3]).toBeLessThan(at(drawn, 61, 40)[3] ?? 0)
    expect(at(drawn, 67, 2)[3]).toBeLessThan(10)
    expect(at(drawn, 0, 30)[3]).toBeLessThan(30)
  })

  it('of a half transparent stamp is half as strong', async () => {
    const faint = square(60)
    for (let index = 3; index < faint.data.length; index += 4) faint.data[index] = 128
    expect(at(await castShadow(faint, '#00ff00'), 62, 30)[3]).toBeLessThan(128)
  })
})
