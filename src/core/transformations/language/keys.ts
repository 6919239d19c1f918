/**
 * The keys of steps (image-urls.md sections 3 to 5): key → what it takes, how that is read, and what it sets. Keys of
 * layers are in layer-keys.ts, those that need what this server has not in refused-keys.ts.
 */
import { type Amount, type Output, type SizeMode, type Step, sizeModes } from '../../processing/transformation.ts'
import { colorize, distort, gradient, replaceColor, shadow, unsharp } from './effects.ts'
import { ignored, length, place, side } from './expressions.ts'
import { focus, places } from './focus.ts'
import { background, border, flip, page, radius, turn } from './looks.ts'
import type { Scope } from './scope.ts'
import { decimal, flag, integer, oneOf, path, some } from './values.ts'

/** One step while its items are read, all on one level. */
export interface Draft extends Omit<Step, 'type' | 'layers' | 'output'>, Output {
  /** `cm`, which wins over `c`. */
  cropMode?: SizeMode
  /** Of the whole transformation. */
  original?: boolean
  defaultImage?: string
}

export interface Key<Sets> {
  /** What would be right: ends the sentence "w takes …". */
  takes: string
  /** Undefined: the value is none of these. A flag without value comes as undefined where `alone` is true. */
  read: (value: string, scope: Scope) => Partial<Sets> | undefined
  /** It may stand without a value. */
  alone?: (scope: Scope) => Partial<Sets> | undefined
  /** Where else than everywhere. */
  only?: 'base' | 'layers'
  /** Not inside `if-…`. */
  unconditional?: true
}

type StepKey = Key<Draft>

const key = (takes: string, read: StepKey['read'], rest: Omit<StepKey, 'takes' | 'read'> = {}): StepKey => ({
  takes,
  read,
  ...rest,
})

/** Stands alone; `-true` says the same. */
const effect = (sets: Partial<Draft>): StepKey =>
  key('no value', (value) => (value === 'true' ? sets : undefined), { alone: () => sets })

/** A dimension, or nothing where it is beyond 65535. */
const dimension = (amount: ReturnType<typeof side>, sets: (amount: Amount) => Partial<Draft>) =>
  some(amount, (found) => (found === ignored ? {} : sets(found)))

const cropModes = sizeModes.filter((mode) => /extract|pad/.test(mode))
const resizeModes = sizeModes.filter((mode) => !cropModes.includes(mode))
const variablesOf = 'or an expression such as iw_div_2'
const pixels = `whole pixels from 1, a share of the input between 0 and 1 (0.5), ${variablesOf}`
const offset = `whole pixels (N40 is -40) ${variablesOf}`
const yes = 'true or false'
const setFlag = (name: 'lossless' | 'progressive' | 'metadata' | 'profile') =>
  key(yes, (value) => some(flag(value), (on) => ({ [name]: on })))

const formats: ReadonlyMap<string, Output['format']> = new Map([
  ['jpeg', 'jpg'],
  ...(['auto', 'jpg', 'png', 'webp', 'avif', 'gif', 'svg', 'orig'] as const).map((name) => [name, name] as const),
])

export const stepKeys: ReadonlyMap<string, StepKey> = new Map([
  // Section 3: size and crop
  [
    'w',
    key(`${pixels} or auto`, (value, { known, place: where }) =>
      value === 'auto'
        ? where === 'base'
          ? { width: 'auto' }
          : undefined
        : dimension(side(value, known), (width) => ({ width })),
    ),
  ],
  ['h', key(pixels, (value, { known }) => dimension(side(value, known), (height) => ({ height })))],
  [
    'ar',
    key('<width>-<height> such as 4-3, or an expression of that ratio', (value, { known }) =>
      some(ratio(value, known), (found) => ({ ratio: found })),
    ),
  ],
  [
    'dpr',
    key('a number from 0.1 to 5, or auto', (value, { place: where }) =>
      value === 'auto'
        ? where === 'base'
          ? { dpr: 'auto' }
          : undefined
        : some(decimal(value, { min: 0.1, max: 5 }), (dpr) => ({ dpr })),
    ),
  ],
  ['c', key(`one of ${resizeModes.join(', ')}`, (value) => some(oneOf(sizeModes, value), (mode) => ({ mode })))],
  ['cm', key(`one of ${cropModes.join(', ')}`, (value) => some(oneOf(sizeModes, value), (cropMode) => ({ cropMode })))],
  [
    'fo',
    key(`${places}, auto, custom, face or the name of an object such as car`, (value) =>
      some(focus(value), (found) => ({ focus: found })),
    ),
  ],
  ['x', key(offset, (value, { known }) => some(place(value, known), (x) => ({ x })))],
  ['y', key(offset, (value, { known }) => some(place(value, known), (y) => ({ y })))],
  ['xc', key(offset, (value, { known }) => some(place(value, known), (centerX) => ({ centerX })))],
  ['yc', key(offset, (value, { known }) => some(place(value, known), (centerY) => ({ centerY })))],
  [
    'z',
    key('a number above 0, at most 100', (value) =>
      some(decimal(value, { min: 0.01, max: 100 }), (zoom) => ({ zoom })),
    ),
  ],
  [
    'bg',
    key('a colour, blurred[_<0 to 100 or auto>[_<N255 to 255>]], dominant or gradient_dominant[_2|_4]', (value) =>
      some(background(value), (found) => ({ background: found })),
    ),
  ],
  // Section 4: appearance
  [
    'rt',
    key('degrees (N90 turns left) or auto', (value) =>
      value === 'auto' ? { rotate: 'auto' } : some(turn(value), (rotate) => ({ rotate })),
    ),
  ],
  ['fl', key('h, v or h_v', (value) => some(flip(value), (found) => ({ flip: found })))],
  ['bl', key('a number from 1 to 100', (value) => some(decimal(value, { min: 1, max: 100 }), (blur) => ({ blur })))],
  ['e-grayscale', effect({ grayscale: true })],
  [
    'r',
    key('whole pixels, max, or four of them: tl_tr_br_bl', (value) =>
      some(radius(value), (found) => ({ radius: found })),
    ),
  ],
  [
    'b',
    key('<width>_<colour>, the width in pixels or an expression', (value, { known }) =>
      some(border(value, known), (found) => ({ border: found })),
    ),
  ],
  [
    'o',
    key('a whole number from 0 to 100', (value) =>
      some(integer(value, { min: 0, max: 100 }), (opacity) => ({ opacity })),
    ),
  ],
  [
    't',
    key('true or a whole number from 1 to 99', (value, { place: where }) =>
      value === 'false' && where === 'base'
        ? {}
        : some(flag(value) ?? integer(value, { min: 1, max: 99 }), (trim) => ({ trim })),
    ),
  ],
  ['e-contrast', effect({ contrast: true })],
  [
    'e-sharpen',
    key(
      'a number above 0, or no value',
      (value) =>
        value === 'true'
          ? { sharpen: true }
          : some(decimal(value, { min: 0.01, max: 1000 }), (sharpen) => ({ sharpen })),
      { alone: () => ({ sharpen: true }) },
    ),
  ],
  [
    'e-usm',
    key('<radius>-<sigma>-<amount>-<threshold>, positive numbers, or no value', (value) => withUnsharp(value), {
      alone: () => withUnsharp(undefined),
    }),
  ],
  [
    'e-shadow',
    key('bl-<0 to 15>, st-<0 to 100>, x- and y-<N100 to 100>, joined by _, or no value', (value) => withShadow(value), {
      alone: () => withShadow(undefined),
    }),
  ],
  [
    'e-gradient',
    key(
      'ld-<0 to 359 or top_right …>, from-<colour>, to-<colour>, sp-<0.01 to 0.99, pixels or expression>, joined by _, or no value',
      (value, scope) => withGradient(value, scope),
      {
        alone: (scope) => withGradient(undefined, scope),
      },
    ),
  ],
  [
    'cr',
    key('<to colour>[_<tolerance 0 to 100>[_<from colour>]]', (value) =>
      some(replaceColor(value), (found) => ({ replaceColor: found })),
    ),
  ],
  [
    'e-colorize',
    key('co-<colour>, in-<0 to 100>, joined by _, or no value', (value) => withColorize(value), {
      alone: () => withColorize(undefined),
    }),
  ],
  [
    'e-distort',
    key('p-<x1>_<y1>_…_<x4>_<y4>, the corners clockwise from the top left, or a-<degrees>', (value) =>
      some(distort(value), (found) => ({ distort: found })),
    ),
  ],
  // Section 5: output
  [
    'q',
    key('a whole number from 1 to 100', (value) =>
      some(integer(value, { min: 1, max: 100 }), (quality) => ({ quality })),
    ),
  ],
  ['f', key(`one of ${[...formats.keys()].join(', ')}`, (value) => some(formats.get(value), (format) => ({ format })))],
  ['lo', setFlag('lossless')],
  ['pr', setFlag('progressive')],
  ['md', setFlag('metadata')],
  ['cp', setFlag('profile')],
  ['orig', key(yes, (value) => some(flag(value), (original) => ({ original })), { only: 'base' })],
  [
    'di',
    key(
      'the path of a file below the URL endpoint, with @@ for slashes',
      (value) => some(path(value), (defaultImage) => ({ defaultImage })),
      { only: 'base' },
    ),
  ],
  [
    'pg',
    key(
      'a page from 1; of a PSD also 3-4, 4-, 1_3_5 or name-"a"_"b"',
      (value) => some(page(value), (found) => ({ page: found })),
      { unconditional: true },
    ),
  ],
])

/** "<w>-<h> (also 4_3, expression giving w/h)" */
function ratio(text: string, known: Scope['known']): Amount | undefined {
  const parts = /^([\d.]+)[-_]([\d.]+)$/.exec(text)
  if (parts === null) return length(text, known)
  const [width, height] = [parts[1] ?? '', parts[2] ?? ''].map((side) => decimal(side, { min: 0, max: 1e6 }))
  return width && height ? width / height : undefined
}

const withUnsharp = (value: string | undefined) => some(unsharp(value), (found) => ({ unsharp: found }))
const withShadow = (value: string | undefined) => some(shadow(value), (found) => ({ shadow: found }))
const withColorize = (value: string | undefined) => some(colorize(value), (found) => ({ colorize: found }))
const withGradient = (value: string | undefined, { known }: Scope) =>
  some(gradient(value, known), (found) => ({ gradient: found }))
