/** Where crops look (image-urls.md section 3, `fo` and `z`), from what was found in the original. */
import { describe, expect, it } from 'vitest'
import { type FoundThings, focusBox, seeks } from './focus.ts'
import { fitStep, variablesOf } from './geometry.ts'
import type { Step } from './transformation.ts'

const original = { width: 1000, height: 500 }
const found: FoundThings = {
  faces: [
    { confidence: 0.9, box: { x: 0.7, y: 0.2, width: 0.1, height: 0.2 } },
    { confidence: 0.8, box: { x: 0.9, y: 0.4, width: 0.1, height: 0.2 } },
  ],
  objects: [
    { name: 'traffic light', confidence: 0.7, box: { x: 0, y: 0, width: 0.1, height: 0.5 } },
    { name: 'traffic light', confidence: 0.3, box: { x: 0.5, y: 0, width: 0.1, height: 0.5 } },
    { name: 'dog', confidence: 0.3, box: { x: 0.4, y: 0.5, width: 0.2, height: 0.5 } },
  ],
}
const around = { original, found }
const cropOf = (step: Omit<Step, 'type'>, from = original) => {
  const whole: Step = { type: 'step', ...step }
  return fitStep(whole, from, variablesOf({ current: from, original }), focusBox(whole, from, around))
}
const face = { type: 'face' } as const
const object = (name: string) => ({ type: 'object', name }) as const

describe('fo-face', () => {
  it('of several faces the box around all, wherever the picture was scaled to', () => {
    const step: Step = { type: 'step', focus: face }
    expect(focusBox(step, original, around)).toMatchObject({ left: 700, top: 100 })
    expect(focusBox(step, { width: 500, height: 250 }, around)?.width).toBeCloseTo(150)
  })
  it('the crop has it in its middle, as far as the picture goes', () => {
    expect(cropOf({ width: 250, height: 250, focus: face })?.cut).toEqual({
      left: 250,
      top: 0,
      width: 250,
      height: 250,
    })
    expect(cropOf({ width: 400, height: 400, mode: 'extract', focus: face })?.first).toMatchObject({
      left: 600,
      top: 0,
    })
  })
  it('is looked for in the pixels when nothing was found, or the picture was cut', () => {
    const step: Step = { type: 'step', width: 100, height: 100, focus: face }
    const known = variablesOf({ current: original, original })
    expect(fitStep(step, original, known)?.floating).toBe('cut')
    expect(focusBox(step, { width: 300, height: 300 }, around)).toBeUndefined()
  })
})

describe('z', () => {
  it('above 1 is tighter, below 1 wider, and the sides stay', () => {
    const at = (zoom: number) => cropOf({ width: 200, height: 200, mode: 'extract', focus: face, zoom })
    expect(at(1)).toMatchObject({ first: { width: 200 }, scaled: { width: 200, height: 200 } })
    expect(at(2)).toMatchObject({ first: { width: 100, height: 100 }, scaled: { width: 200, height: 200 } })
    expect(at(0.5)).toMatchObject({ first: { width: 400, height: 400 }, scaled: { width: 200, height: 200 } })
    // No more than there is.
    expect(at(0.1)).toMatchObject({ first: { width: 500, height: 500 }, scaled: { width: 200, height: 200 } })
    expect(cropOf({ width: 250, height: 250, focus: face, zoom: 2 })?.scaled).toEqual({ width: 1000, height: 500 })
  })
})

describe('fo-<object>', () => {
  it('by the names of the URL; uncertain ones only where nothing better is', () => {
    expect(focusBox({ type: 'step', focus: object('trafficLight') }, original, around)).toMatchObject({
      left: 0,
      width: 100,
    })
    expect(focusBox({ type: 'step', focus: object('dog') }, original, around)?.left).toBeCloseTo(400)
    expect(focusBox({ type: 'step', focus: object('cat') }, original, around)).toBeUndefined()
  })
})

it('a look is worth it only where something is sought', () => {
  expect(seeks([{ type: 'step', width: 10, focus: { type: 'anchor', x: 0, y: 0 } }])).toBe(false)
  expect(seeks([{ type: 'step', focus: { type: 'custom' } }])).toBe(false)
  // biome-ignore lint/suspicious/noThenProperty: a branch, and nobody awaits it
  expect(seeks([{ type: 'if', anyOf: [], then: [], otherwise: [{ type: 'step', focus: face }] }])).toBe(true)
})
