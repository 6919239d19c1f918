/** Watermark elements (tasks-api.md section 6.5). */
import { z } from 'zod'
import { invalid } from '../../core/errors.ts'
import { fontFamilies, type Gravity, gravities } from '../../core/processing/operations.ts'
import type { WatermarkElement } from '../../core/tasks/params.ts'
import { flag, integer, oneOf, size, text } from './fields.ts'

const percent = integer(-100, 100)

const color = z.preprocess(
  (value) => (value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value),
  z
    .string('must be a colour')
    .trim()
    .regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i, 'must be a colour like #RRGGBB')
    .transform(longColor)
    .optional(),
)

/** "bold if truthy/'bold'": true and 1, names and numbers of heavy weights. */
const boldness = z.preprocess(
  (value) => (typeof value === 'boolean' ? String(value) : value),
  text(40).transform((weight = '') => /^\s*(true|1|on|.*(bold|heavy|black).*|[6-9]00)\s*$/i.test(weight)),
)

const elementSchema = z.object({
  type: oneOf(['text', 'image']),
  mode: oneOf(['text', 'image']),
  text: text(2000),
  image: text(200),
  server_filename: text(200),
  gravity: oneOf<Gravity>(gravities, { centereast: 'East', centerwest: 'West' }),
  vertical_adjustment_percent: percent,
  horizontal_adjustment_percent: percent,
  vertical_adjustment: integer(-100_000, 100_000),
  horizontal_adjustment: integer(-100_000, 100_000),
  width_percent: integer(0, 100),
  height_percent: integer(0, 100),
  x_pos_percent: integer(0, 100),
  y_pos_percent: integer(0, 100),
  rotation: integer(0, 360),
  font_family: oneOf(fontFamilies),
  font_style: oneOf(['Regular', 'Bold', 'Italic', 'Bold Italic'], { 'italic bold': 'Bold Italic', normal: 'Regular' }),
  font_weight: boldness,
  bold: boldness,
  font_size: size,
  font_color: color,
  // Of the PHP client; its `layer`, `zoom` and `image_resize` change nothing there either way and are ignored.
  color_shadow: color,
  border: integer(0, 50),
  transparency: integer(1, 100),
  opacity: integer(1, 100),
  mosaic: flag(false),
})

export const watermarkSchema = z.object({
  elements: z.preprocess(
    (value) => (value === null || value === '' || value === undefined ? [] : value),
    z.array(elementSchema, 'must be a list of elements').min(1, 'cannot be blank').max(100, 'must be at most 100'),
  ),
})

type Element = z.output<typeof elementSchema>

export function watermarkParams({ elements }: z.output<typeof watermarkSchema>): WatermarkElement[] {
  return elements.map((element, index) => toElement(element, `elements[${index}]`))
}

function toElement(element: Element, param: string): WatermarkElement {
  // PHP sends `type` and a stale `mode: "text"`: type wins.
  const type = element.type ?? element.mode ?? 'text'
  const image = element.image ?? element.server_filename
  if (type === 'text' && element.text === undefined)
    throw invalid(`${param}.text`, `${param}.text cannot be blank for a text element.`)
  if (type === 'image' && image === undefined)
    throw invalid(`${param}.image`, `${param}.image cannot be blank for an image element.`)
  const style = element.font_style ?? 'Regular'
  return {
    type,
    ...(type === 'text' ? { text: element.text ?? '' } : { image: image ?? '' }),
    ...position(element),
    verticalPixels: element.vertical_adjustment ?? 0,
    horizontalPixels: element.horizontal_adjustment ?? 0,
    ...scale(element, type),
    rotation: element.rotation ?? 0,
    opacity: element.transparency ?? element.opacity ?? 100,
    mosaic: element.mosaic,
    fontFamily: element.font_family ?? 'Arial',
    bold: style.includes('Bold') || element.bold || element.font_weight,
    italic: style.includes('Italic'),
    fontSize: element.font_size ?? 14,
    color: element.font_color ?? '#000000',
    ...decoration(element),
  }
}

/** `x_pos_percent` and `y_pos_percent` count from the left and upper edge, whatever the gravity; "0 means unused". */
function position({ gravity = 'Center', ...element }: Element) {
  const { x_pos_percent: x = 0, y_pos_percent: y = 0 } = element
  const vertical = y > 0 ? 'North' : (/^(North|South)/.exec(gravity)?.[0] ?? '')
  const horizontal = x > 0 ? 'West' : (/(West|East)$/.exec(gravity)?.[0] ?? '')
  return {
    gravity: gravities.find((name) => name === vertical + horizontal) ?? 'Center',
    verticalPercent: (element.vertical_adjustment_percent ?? 0) + y,
    horizontalPercent: (element.horizontal_adjustment_percent ?? 0) + x,
  }
}

/**
 * "width_percent … for text 100 means unset: apply only when it is not 100 or when no font_size is given". 0 is what
 * clients send for unset. The height follows the ratio unless it is given as less than 100.
 */
function scale(element: Element, type: 'text' | 'image'): Pick<WatermarkElement, 'widthPercent' | 'heightPercent'> {
  const { width_percent: width, height_percent: height } = element
  const widthApplies =
    width !== undefined && width !== 0 && (type === 'image' || width !== 100 || element.font_size === undefined)
  const heightApplies = height !== undefined && height !== 0 && height !== 100
  return { ...(widthApplies ? { widthPercent: width } : {}), ...(heightApplies ? { heightPercent: height } : {}) }
}

/** The client gives the border a thickness only: white around what is dark, black around what is light. */
function decoration({ border = 0, color_shadow: shadow, font_color: font = '#000000' }: Element) {
  return {
    ...(shadow === undefined ? {} : { shadow }),
    ...(border === 0 ? {} : { border: { width: border, color: isLight(font) ? '#000000' : '#ffffff' } }),
  }
}

function isLight(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140
}

function longColor(color: string): string {
  const lower = color.toLowerCase()
  return lower.length === 7 ? lower : `#${[...lower.slice(1)].map((digit) => digit + digit).join('')}`
}
