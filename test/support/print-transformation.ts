/** A transformation that was read, as text again: for tests that hold the reader against itself. */
import type {
  Amount,
  Anchor,
  Background,
  Color,
  Condition,
  Focus,
  Layer,
  LayerPosition,
  Offset,
  Page,
  Part,
  Step,
  TextLayer,
  Transformation,
} from '../../src/core/processing/transformation.ts'

export function printTransformation({ parts, original, defaultImage }: Transformation): string {
  const whole = [...(original ? ['orig-true'] : []), ...(defaultImage === undefined ? [] : [`di-${at(defaultImage)}`])]
  return [...(whole.length === 0 ? [] : [whole.join(',')]), ...parts.map(printPart)].join(':')
}

const printPart = (part: Part) => (part.type === 'if' ? printCondition(part) : stepItems(part).join(','))
const chain = (parts: readonly Part[]) => parts.map(printPart).join(':')

function printCondition({ anyOf, then, otherwise }: Condition): string {
  const condition = anyOf
    .map((all) => all.map(({ property, operator, value }) => `${property}_${operator}_${value}`).join('_and_'))
    .join('_or_')
  return [
    `if-${condition}`,
    ...(then.length === 0 ? [] : [chain(then)]),
    ...(otherwise.length === 0 ? [] : ['if-else', chain(otherwise)]),
    'if-end',
  ].join(',')
}

const number = (value: number) => (value < 0 ? `N${-value}` : String(value))
const at = (path: string) => path.replaceAll('/', '@@')

/** In order: precedence gave the tree its form, so the same text comes out. */
function amount(value: Amount): string {
  if (typeof value === 'number') return number(value)
  if ('variable' in value) return value.variable
  return `${amount(value.left)}_${value.operator}_${amount(value.right)}`
}

function color({ red, green, blue, alpha }: Color): string {
  const digits = [red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')
  return alpha === 1 ? digits : `${digits}${String(Math.round(alpha * 100)).padStart(2, '0')}`
}

function anchor({ x, y }: Anchor): string {
  const [across, down] = [['left', '', 'right'][x + 1], ['top', '', 'bottom'][y + 1]]
  return [down, across].filter((word) => word !== '').join('_') || 'center'
}

const focus = (value: Focus) =>
  value.type === 'anchor' ? anchor(value) : value.type === 'object' ? value.name : value.type

function background(value: Background): string {
  if (value.type === 'color') return color(value.color)
  if (value.type === 'blurred') return `blurred_${value.intensity}_${number(value.brightness)}`
  return value.type === 'dominant' ? 'dominant' : `gradient_dominant_${value.colors}`
}

function page(value: Page): string {
  if (value.type === 'index') return String(value.index + 1)
  if (value.type === 'names') return `name-${value.names.map((name) => `"${name}"`).join('_')}`
  if (!('from' in value.layers)) return value.layers.map((index) => index + 1).join('_')
  return `${value.layers.from + 1}-${value.layers.to === undefined ? '' : value.layers.to + 1}`
}

const radius = (value: NonNullable<Step['radius']>) => (typeof value === 'object' ? value.join('_') : value)
const flip = ({ horizontal, vertical }: NonNullable<Step['flip']>) =>
  [horizontal ? 'h' : '', vertical ? 'v' : ''].filter((word) => word !== '').join('_')

/** Members and how each is printed; undefined: not there. */
function stepItems(step: Step): string[] {
  const { unsharp, shadow, gradient, replaceColor, colorize, distort, output = {} } = step
  const item = <Value>(value: Value | undefined, print: (value: Value) => string | number) =>
    value === undefined ? [] : [String(print(value))]
  const sized = <Value>(key: string, value: Value | undefined, print: (value: Value) => string | number | boolean) =>
    item(value, (given) => `${key}-${print(given)}`)
  const autoAmount = (value: Amount | 'auto') => (value === 'auto' ? value : amount(value))
  const simple = (value: number | string | boolean) => value
  return [
    ...sized('w', step.width, autoAmount),
    ...sized('h', step.height, amount),
    ...sized('ar', step.ratio, amount),
    ...sized('dpr', step.dpr, simple),
    ...sized(step.mode !== undefined && /extract|pad/.test(step.mode) ? 'cm' : 'c', step.mode, simple),
    ...sized('fo', step.focus, focus),
    ...sized('x', step.x, amount),
    ...sized('y', step.y, amount),
    ...sized('xc', step.centerX, amount),
    ...sized('yc', step.centerY, amount),
    ...sized('z', step.zoom, simple),
    ...sized('bg', step.background, background),
    ...sized('rt', step.rotate, simple),
    ...sized('fl', step.flip, flip),
    ...sized('t', step.trim, simple),
    ...sized('bl', step.blur, simple),
    ...item(step.grayscale, () => 'e-grayscale'),
    ...item(step.contrast, () => 'e-contrast'),
    ...item(step.sharpen, (value) => (value === true ? 'e-sharpen' : `e-sharpen-${value}`)),
    ...sized('e-usm', unsharp, ({ radius, sigma, amount, threshold }) => [radius, sigma, amount, threshold].join('-')),
    ...sized(
      'e-shadow',
      shadow,
      ({ blur, saturation, x, y }) => `bl-${blur}_st-${saturation}_x-${number(x)}_y-${number(y)}`,
    ),
    ...sized(
      'e-gradient',
      gradient,
      ({ direction, from, to, stop }) => `ld-${direction}_from-${color(from)}_to-${color(to)}_sp-${amount(stop)}`,
    ),
    ...sized('cr', replaceColor, ({ to, tolerance, from }) => [color(to), tolerance, ...item(from, color)].join('_')),
    ...sized('e-colorize', colorize, (value) => `co-${color(value.color)}_in-${value.intensity}`),
    ...sized('e-distort', distort, (value) =>
      value.type === 'arc' ? `a-${number(value.degrees)}` : `p-${value.corners.flat().map(number).join('_')}`,
    ),
    ...sized('r', step.radius, radius),
    ...sized('b', step.border, ({ width, color: painted }) => `${amount(width)}_${color(painted)}`),
    ...sized('o', step.opacity, simple),
    ...sized('pg', step.page, page),
    ...(step.layers ?? []).map(printLayer),
    ...sized('f', output.format, simple),
    ...sized('q', output.quality, simple),
    ...sized('lo', output.lossless, simple),
    ...sized('pr', output.progressive, simple),
    ...sized('md', output.metadata, simple),
    ...sized('cp', output.profile, simple),
  ]
}

const base64 = (text: string) => `ie-${encodeURIComponent(Buffer.from(text).toString('base64'))}`
const offset = ({ amount: value, fromEnd }: Offset) => `${fromEnd ? 'N' : ''}${amount(value)}`

function standing({ focus: where, x, y, centerX, centerY, anchor: from }: LayerPosition): string[] {
  return [
    ...(where === undefined ? [] : [`lfo-${anchor(where)}`]),
    ...(from === undefined ? [] : [`lap-${anchor(from)}`]),
    ...Object.entries({ lx: x, ly: y, lxc: centerX, lyc: centerY }).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}-${offset(value)}`],
    ),
  ]
}

function textItems(layer: TextLayer): string[] {
  const { font, width, background: box, radius: corner, rotate, flip: turned, lineHeight } = layer
  const words = [layer.bold ? 'b' : '', layer.italic ? 'i' : '', layer.strikethrough ? 'strikethrough' : '']
  const typography = words.filter((word) => word !== '')
  return [
    base64(layer.text),
    `fs-${amount(layer.fontSize)}`,
    `co-${color(layer.color)}`,
    `ia-${layer.align}`,
    `pa-${layer.padding.map(amount).join('_')}`,
    ...(layer.opacity === 1 ? [] : [`al-${Math.round(layer.opacity * 10)}`]),
    ...(typography.length === 0 ? [] : [`tg-${typography.join('_')}`]),
    ...(font === undefined ? [] : [`ff-${'path' in font ? at(font.path) : font.name}`]),
    ...(width === undefined ? [] : [`w-${amount(width)}`]),
    ...(box === undefined ? [] : [`bg-${color(box)}`]),
    ...(corner === undefined ? [] : [`r-${radius(corner)}`]),
    ...(rotate === undefined ? [] : [`rt-${rotate}`]),
    ...(turned === undefined ? [] : [`fl-${flip(turned)}`]),
    ...(lineHeight === undefined ? [] : [`lh-${amount(lineHeight)}`]),
  ]
}

function ownItems(layer: Layer): string[] {
  if (layer.type === 'image') return [base64(layer.path)]
  if (layer.type === 'text') return textItems(layer)
  const { width, height } = layer
  return [
    'i-ik_canvas',
    `bg-${color(layer.color)}`,
    ...(width === undefined ? [] : [`w-${amount(width)}`]),
    ...(height === undefined ? [] : [`h-${amount(height)}`]),
  ]
}

/** What a layer's picture goes through stands in steps of its own, after that of the layer itself. */
function printLayer(layer: Layer): string {
  const { mode, displace = {}, parts } = layer
  const own = [`l-${layer.type === 'text' ? 'text' : 'image'}`, ...ownItems(layer), ...standing(layer.position)]
  if (mode !== undefined) own.push(`lm-${mode}`)
  if (displace.x !== undefined) own.push(`x-${amount(displace.x)}`)
  if (displace.y !== undefined) own.push(`y-${amount(displace.y)}`)
  return [[own.join(','), ...parts.map(printPart)].join(':'), 'l-end'].join(',')
}
