/**
 * Cloudinary's URLs: `<asset type>/<delivery type>[/<signature>][/<components>][/<version>]/<path>`; a component is
 * `<key>_<value>` joined by commas, and each is a step of the chain.
 */
import { blur, color, degrees, number, oneOf, plainNumber, type Read, ratio, side, step, whole } from './values.ts'

const assetTypes = new Set(['image', 'video', 'raw'])
const deliveryTypes = new Set(['upload', 'private', 'authenticated'])

const modes = oneOf({
  scale: 'c-force',
  fill: 'c-maintain_ratio',
  lfill: 'c-maintain_ratio_no_enlarge',
  fill_pad: 'cm-pad_resize',
  auto: 'fo-auto',
  thumb: 'c-maintain_ratio',
  fit: 'c-at_max_enlarge',
  mfit: 'c-at_max_enlarge',
  limit: 'c-at_max',
  pad: 'cm-pad_resize',
  lpad: 'cm-pad_resize_no_enlarge',
  mpad: 'cm-pad_resize_no_enlarge',
  crop: 'cm-extract',
})

const gravities = oneOf({
  center: 'fo-center',
  north: 'fo-top',
  south: 'fo-bottom',
  west: 'fo-left',
  east: 'fo-right',
  north_west: 'fo-top_left',
  north_east: 'fo-top_right',
  south_west: 'fo-bottom_left',
  south_east: 'fo-bottom_right',
  face: 'fo-face',
  faces: 'fo-face',
  custom: 'fo-custom',
})

const effects: Readonly<Record<string, Read>> = {
  grayscale: () => 'e-grayscale',
  blackwhite: () => 'e-grayscale',
  blur: (strength) => blur(strength === '' ? '100' : strength),
  sharpen: () => 'e-sharpen',
  unsharp_mask: () => 'e-usm',
  auto_contrast: () => 'e-contrast',
  trim: () => 't-true',
}

/** Foreign key → how its value is read. Keys of `others` are known and left out. */
const keys: Readonly<Record<string, Read>> = {
  w: (value) => (value === 'auto' ? 'w-auto' : side('w')(value)),
  h: side('h'),
  c: modes,
  g: (value) => gravities(value) ?? (/^auto(:|$)/.test(value) ? 'fo-auto' : undefined),
  ar: ratio,
  x: (value) => offset('x', value),
  y: (value) => offset('y', value),
  z: number('z', 0.01, 100),
  q: (value) => whole('q', 1, 100)(value.split(':', 1)[0] ?? ''),
  f: oneOf({
    auto: 'f-auto',
    jpg: 'f-jpg',
    jpeg: 'f-jpg',
    png: 'f-png',
    webp: 'f-webp',
    avif: 'f-avif',
    gif: 'f-gif',
    svg: 'f-svg',
  }),
  dpr: (value) => (value === 'auto' ? 'dpr-auto' : number('dpr', 0.1, 5)(value)),
  a: (value) => oneOf({ hflip: 'fl-h', vflip: 'fl-v', auto: 'rt-auto', exif: 'rt-auto' })(value) ?? degrees(value),
  r: (value) =>
    /^(max|\d+)$/.test(value)
      ? `r-${value}`
      : /^\d+(:\d+){3}$/.test(value)
        ? `r-${value.replace(/:/g, '_')}`
        : undefined,
  o: whole('o', 0, 100),
  b: (value) => background(value),
  bo: (value) => {
    const [, width, painted = ''] = /^(\d+)px_solid_(.+)$/.exec(value) ?? []
    const known = color(painted)
    return width && known && `b-${width}_${known}`
  },
  e: (value) => {
    const [name = '', strength = ''] = value.split(':')
    return Object.hasOwn(effects, name) ? effects[name]?.(strength) : undefined
  },
  fl: (value) =>
    value
      .split('.')
      .map(oneOf({ progressive: 'pr-true', keep_iptc: 'md-true', keep_attribution: 'md-true' }))
      .find((item) => item !== undefined),
  pg: whole('pg', 1, 100_000),
  t: (value) => (/^\w{1,100}$/.test(value) ? `n-${value}` : undefined),
}

const others = new Set('ac af br co cs d dl dn du eo fn fps if ki l so sp u vc vs'.split(' '))

/** @param keepTypes asset and delivery type are folders of the library */
export function fromCloudinary(path: readonly string[], keepTypes: boolean) {
  const types = typesOf(path)
  if (types === 0) return { path, transformations: [] }
  const rest = path.slice(types)
  // Signatures are of the other service's keys.
  if (rest.length > 1 && /^s--[\w-]+--$/.test(rest[0] ?? '')) rest.shift()
  const components: string[] = []
  while (rest.length > 1 && isComponent(rest[0] ?? '')) components.push(rest.shift() ?? '')
  if (rest.length > 1 && /^v\d+$/.test(rest[0] ?? '')) rest.shift()
  return {
    path: keepTypes ? [...path.slice(0, types), ...rest] : rest,
    transformations: withoutLayers(components).flatMap(read),
  }
}

/** How many segments name them; 0: no URL of Cloudinary. */
function typesOf([first = '', second = '', ...rest]: readonly string[]): number {
  if (assetTypes.has(first) && deliveryTypes.has(second) && rest.length > 0) return 2
  return first === 'iu' && second !== '' ? 1 : 0
}

const isComponent = (segment: string) =>
  segment.split(',').every((item) => {
    const [, key = ''] = /^([a-z]{1,3})_./.exec(item) ?? []
    return Object.hasOwn(keys, key) || others.has(key) || item.startsWith('$')
  })

/** Without overlays, underlays (up to their `fl_layer_apply`) and what stands under conditions. */
function withoutLayers(components: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < components.length; at += 1) {
    const items = components[at]?.split(',') ?? []
    const end = items.some((item) => /^[lu]_/.test(item))
      ? components.findIndex((one, index) => index > at && one.includes('fl_layer_apply'))
      : items.some((item) => /^if_(?!end)/.test(item))
        ? components.findIndex((one, index) => index > at && one.includes('if_end'))
        : undefined
    if (end === undefined) kept.push(items.join(','))
    else at = Math.max(at, end)
  }
  return kept
}

function read(component: string): string[] {
  const values = new Map(
    component.split(',').map((item) => [item.slice(0, item.indexOf('_')), item.slice(item.indexOf('_') + 1)]),
  )
  // What both sides are without a word of how: stretched.
  if (!values.has('c') && values.has('w') && values.has('h')) values.set('c', 'scale')
  // Offsets are from the gravity, which is the top left when none is given.
  if (values.get('c') !== 'crop' || (values.has('g') && values.get('g') !== 'north_west')) {
    values.delete('x')
    values.delete('y')
  } else if (values.has('x') || values.has('y')) values.delete('g')
  return step([...values].map(([key, value]) => (Object.hasOwn(keys, key) ? keys[key]?.(value) : undefined)))
}

function offset(key: string, value: string): string | undefined {
  const amount = plainNumber(value)
  return amount !== undefined && amount >= 0 ? `${key}-${Math.round(amount)}` : undefined
}

function background(value: string): string | undefined {
  if (/^auto(:|$)/.test(value)) return 'bg-dominant'
  if (/^blurred(:|$)/.test(value)) return 'bg-blurred'
  const known = color(value)
  return known && `bg-${known}`
}
