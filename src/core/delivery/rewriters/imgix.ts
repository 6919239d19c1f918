/** Imgix's URLs: parameters of the query. */
import { blur, color, degrees, number, oneOf, type Read, ratio, side, step, whole } from './values.ts'

const painted = (text: string) => {
  // Eight and four digits begin with the opacity.
  const opaque = /^([0-9a-f]{2}[0-9a-f]{6}|[0-9a-f]{4})$/i.test(text) ? text.slice(text.length / 4) : text
  const known = color(opaque)
  return known && `bg-${known}`
}

/** Foreign name → how its value is read; `rect` and `crop` are read apart. */
const parameters: Readonly<Record<string, Read>> = {
  w: side('w'),
  h: side('h'),
  ar: ratio,
  dpr: number('dpr', 0.1, 5),
  fit: oneOf({
    clip: 'c-at_max_enlarge',
    max: 'c-at_max',
    crop: 'c-maintain_ratio',
    facearea: 'c-maintain_ratio',
    min: 'c-maintain_ratio_no_enlarge',
    scale: 'c-force',
    fill: 'cm-pad_resize',
    fillmax: 'cm-pad_resize_no_enlarge',
    clamp: 'cm-pad_resize',
  }),
  q: whole('q', 1, 100),
  fm: oneOf({
    jpg: 'f-jpg',
    jpeg: 'f-jpg',
    pjpg: 'f-jpg,pr-true',
    png: 'f-png',
    png8: 'f-png',
    png32: 'f-png',
    webp: 'f-webp',
    avif: 'f-avif',
    gif: 'f-gif',
  }),
  lossless: oneOf({ '1': 'lo-true', true: 'lo-true' }),
  rot: degrees,
  flip: oneOf({ h: 'fl-h', v: 'fl-v', hv: 'fl-h_v' }),
  blur,
  sharp: (value) => (Number(value) > 0 ? 'e-sharpen' : undefined),
  sat: oneOf({ '-100': 'e-grayscale' }),
  trim: oneOf({ auto: 't-true', color: 't-true' }),
  bg: painted,
  'fill-color': painted,
  fill: oneOf({ blur: 'bg-blurred' }),
  border: (value) => {
    const [, width, text = ''] = /^(\d+),(\w+)$/.exec(value) ?? []
    const known = color(text)
    return width && known && `b-${width}_${known}`
  },
  mask: oneOf({ ellipse: 'r-max' }),
  page: whole('pg', 1, 100_000),
}

export function fromImgix(query: ReadonlyMap<string, string>): string[] {
  const sized = query.has('w') || query.has('h')
  const items = [...query].map(([name, value]) =>
    Object.hasOwn(parameters, name) ? parameters[name]?.(value) : undefined,
  )
  if (sized && !query.has('fit')) items.push('c-at_max_enlarge')
  const fit = query.get('fit')
  // A ratio counts for crops only.
  const known = items.filter((item) => fit === 'crop' || !item?.startsWith('ar-'))
  if (fit === 'facearea') known.push('fo-face')
  else if (fit === 'crop') known.push(focus(query.get('crop') ?? ''))
  if (query.get('mask') === 'corners') known.push(corners(query.get('corner-radius') ?? ''))
  return [...rect(query.get('rect')), ...step(known)]
}

/** Several words: sides name a corner, of others the first counts. */
function focus(value: string): string | undefined {
  const words = value.split(',')
  if (words.includes('faces')) return 'fo-face'
  if (words.some((word) => word === 'edges' || word === 'entropy')) return 'fo-auto'
  const sides = [
    ['top', 'bottom'],
    ['left', 'right'],
  ].flatMap((pair) => pair.find((side) => words.includes(side)) ?? [])
  return sides.length === 0 ? undefined : `fo-${sides.join('_')}`
}

/** "x,y,w,h" of the picture as it is, before anything else. */
function rect(value: string | undefined): string[] {
  const [, x, y, w, h] = /^(\d{1,5}),(\d{1,5}),(\d{1,5}),(\d{1,5})$/.exec(value ?? '') ?? []
  return w === undefined ? [] : [`x-${x},y-${y},w-${w},h-${h},cm-extract`]
}

function corners(value: string): string | undefined {
  if (/^\d+$/.test(value)) return `r-${value}`
  return /^\d+(,\d+){3}$/.test(value) ? `r-${value.replace(/,/g, '_')}` : undefined
}
