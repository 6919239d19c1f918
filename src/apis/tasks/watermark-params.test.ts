import { describe, expect, it } from 'vitest'
import { DomainError } from '../../core/errors.ts'
import { fontFamilies } from '../../core/processing/operations.ts'
import { parse } from './fields.ts'
import { watermarkParams, watermarkSchema } from './watermark-params.ts'

const read = (element: Record<string, unknown>) => {
  const [first] = watermarkParams(parse(watermarkSchema, { elements: [{ type: 'text', text: 'x', ...element }] }))
  if (first === undefined) throw new Error('no element')
  return first
}

const refusal = (element: Record<string, unknown>): DomainError => {
  try {
    read(element)
  } catch (error) {
    if (error instanceof DomainError) return error
    throw error
  }
  throw new Error('was taken')
}

describe('6.5 watermark elements', () => {
  it('has the defaults of the contract', () => {
    expect(read({})).toEqual({
      type: 'text',
      text: 'x',
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
    })
  })

  it('takes the whole default element of the PHP client', () => {
    const php = {
      mode: 'text',
      image: null,
      vertical_adjustment: '0',
      horizontal_adjustment: '0',
      vertical_adjustment_percent: '0',
      horizontal_adjustment_percent: '0',
      width_percent: '100',
      height_percent: '100',
      x_pos_percent: '0',
      y_pos_percent: '0',
      rotation: '0',
      transparency: '100',
      opacity: '100',
      mosaic: '0',
      font_family: '',
      font_style: 'Regular',
      font_color: '#000000',
      font_weight: '',
      color_shadow: '',
      font_size: '14',
      image_resize: '1',
      zoom: '1',
      layer: 'below',
      gravity: 'Center',
      border: '',
      bold: '0',
      server_filename: '',
    }
    expect(read(php)).toEqual(read({}))
  })

  it.each([
    ['CenterEast', 'East'],
    ['centerwest', 'West'],
    [' NORTHEAST ', 'NorthEast'],
    ['South', 'South'],
  ])('gravity %s is %s', (gravity, expected) => {
    expect(read({ gravity }).gravity).toBe(expected)
  })

  it('counts x_pos_percent and y_pos_percent from the left and upper edge; 0 means unused', () => {
    expect(read({ gravity: 'SouthEast', x_pos_percent: 25, y_pos_percent: 0 })).toMatchObject({
      gravity: 'SouthWest',
      horizontalPercent: 25,
    })
    expect(read({ x_pos_percent: 10, y_pos_percent: 20, vertical_adjustment_percent: 5 })).toMatchObject({
      gravity: 'NorthWest',
      horizontalPercent: 10,
      verticalPercent: 25,
    })
  })

  it.each([
    [{ width_percent: 100, font_size: 20 }, undefined],
    [{ width_percent: 100 }, 100],
    [{ width_percent: 60, font_size: 20 }, 60],
    [{ width_percent: 0 }, undefined],
    [{ type: 'image', image: 'a.png', width_percent: 100, font_size: 20 }, 100],
  ])('%j scales to %s percent', (element, expected) => {
    expect(read(element).widthPercent).toBe(expected)
  })

  it.each([true, 1, '1', 'true', 'bold', 'Bold', 'bolder', 'semi-bold', '700', 900])('weight %j is bold', (weight) => {
    expect(read({ font_weight: weight }).bold).toBe(true)
    expect(read({ bold: weight }).bold).toBe(true)
  })

  it.each([false, 0, '', null, '0', 'false', 'normal', 'Regular', '400', 'light'])('weight %j is not', (weight) => {
    expect(read({ font_weight: weight, bold: weight }).bold).toBe(false)
  })

  it.each([
    [null, false, false],
    ['Regular', false, false],
    ['bold', true, false],
    ['ITALIC', false, true],
    ['Bold Italic', true, true],
    ['italic bold', true, true],
  ])('style %j', (font_style, bold, italic) => {
    expect(read({ font_style })).toMatchObject({ bold, italic })
  })

  it('gives opacity by transparency, by opacity only without it', () => {
    expect(read({ transparency: '30', opacity: '80' }).opacity).toBe(30)
    expect(read({ opacity: '80' }).opacity).toBe(80)
  })

  it('lets type win over a stale mode, and mode count alone', () => {
    const image = { image: 'a.png', text: undefined }
    expect(read({ type: 'image', mode: 'text', ...image }).type).toBe('image')
    expect(read({ type: '', mode: 'image', ...image }).type).toBe('image')
    expect(read({ type: 'image', server_filename: 'b.png', text: '' }).image).toBe('b.png')
  })

  it('takes shadows and borders; a border contrasts with the letters', () => {
    expect(read({ color_shadow: '#F00', border: '3' })).toMatchObject({
      shadow: '#ff0000',
      border: { width: 3, color: '#ffffff' },
    })
    expect(read({ border: 2, font_color: '#ffff00' }).border).toEqual({ width: 2, color: '#000000' })
    expect(read({ border: 0, color_shadow: null })).not.toHaveProperty('border')
  })

  it('refuses an unknown family with the whole list', () => {
    const { message, param } = refusal({ font_family: 'Papyrus' })
    expect(param).toBe('elements[0].font_family')
    for (const family of fontFamilies) expect(message).toContain(family)
  })

  it.each([
    [{ border: 51 }, 'border'],
    [{ border: 'thick' }, 'border'],
    [{ color_shadow: 'red' }, 'color_shadow'],
    [{ font_color: '#12345' }, 'font_color'],
    [{ opacity: 0 }, 'opacity'],
    [{ rotation: 361 }, 'rotation'],
    [{ height_percent: 101 }, 'height_percent'],
    [{ vertical_adjustment: 100_001 }, 'vertical_adjustment'],
    [{ horizontal_adjustment_percent: -101 }, 'horizontal_adjustment_percent'],
    [{ font_size: 1_000_001 }, 'font_size'],
    [{ font_style: 'Oblique' }, 'font_style'],
    [{ mosaic: 'tiled' }, 'mosaic'],
    [{ text: 'x'.repeat(2001) }, 'text'],
    [{ text: 'a\u0000b' }, 'text'],
    [{ text: '  ' }, 'text'],
  ])('refuses %j by name', (element, name) => {
    expect(refusal(element).param).toBe(`elements[0].${name}`)
  })
})
