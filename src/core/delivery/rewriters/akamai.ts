/**
 * URLs of Akamai's Image & Video Manager: `im=<transformation>;<transformation>`, each
 * `<Name>[=<value>][,<name>=<value>…]`, where a value may be a list in brackets; `imwidth`, `imheight` and `impolicy`.
 */
import { color, decimals, degrees, oneOf, plainNumber, ratio, side, step } from './values.ts'

/** Members by name; what stands after the name of the transformation is under ''. */
type Members = ReadonlyMap<string, string>

const gravities = oneOf({
  Center: 'fo-center',
  North: 'fo-top',
  South: 'fo-bottom',
  West: 'fo-left',
  East: 'fo-right',
  NorthWest: 'fo-top_left',
  NorthEast: 'fo-top_right',
  SouthWest: 'fo-bottom_left',
  SouthEast: 'fo-bottom_right',
})

/** Transformation → items of one step. */
const transformations: Readonly<Record<string, (members: Members) => (string | undefined)[]>> = {
  Resize: (members) => {
    const sides = sizeOf(members)
    return [...sides, ...(sides.length === 2 ? [resizeMode(members)] : [])]
  },
  Scale: (members) => {
    const share = (name: string, key: string) => {
      const amount = plainNumber(members.get(name) ?? members.get('') ?? '')
      // Larger ones would be pixels.
      return amount !== undefined && amount > 0 && amount < 1 ? `${key}-${decimals(amount)}` : undefined
    }
    return [share('width', 'w'), share('height', 'h'), 'c-force']
  },
  Crop: (members) => {
    const [x = '', y = '', width = '', height = ''] = list(members.get('rect') ?? '')
    if (height !== '') return ['cm-extract', whole('x', x), whole('y', y), side('w')(width), side('h')(height)]
    const sides = sizeOf(members)
    if (sides.length === 0) return []
    const left = whole('x', members.get('xPosition') ?? '0')
    const top = whole('y', members.get('yPosition') ?? '0')
    const gravity = gravities(members.get('gravity') ?? '')
    return ['cm-extract', ...sides, ...(gravity === undefined ? [left, top] : [gravity])]
  },
  FaceCrop: (members) => [...sizeOf(members), 'fo-face'],
  FeatureCrop: (members) => [...sizeOf(members), 'fo-auto'],
  AspectCrop: (members) => {
    const shape = ratio(
      list(members.get('') ?? '').join(',') || `${members.get('width') ?? 1}:${members.get('height') ?? 1}`,
    )
    return shape === undefined ? [] : ['w-iw', shape, 'c-maintain_ratio_no_enlarge']
  },
  FitAndFill: (members) => {
    const sides = sizeOf(members)
    return sides.length < 2 ? [] : [...sides, 'cm-pad_resize', 'bg-blurred']
  },
  Rotate: (members) => [degrees(members.get('degrees') ?? members.get('') ?? '')],
  Mirror: (members) => [
    oneOf({ 'true,true': 'fl-h_v', 'true,': 'fl-h', 'true,false': 'fl-h', ',true': 'fl-v', 'false,true': 'fl-v' })(
      `${members.get('horizontal') ?? ''},${members.get('vertical') ?? ''}`,
    ),
  ],
  Grayscale: () => ['e-grayscale'],
  MonoHue: () => ['e-grayscale'],
  Blur: (members) => {
    const sigma = plainNumber(members.get('sigma') ?? members.get('') ?? '5')
    return [sigma !== undefined && sigma > 0 ? `bl-${decimals(Math.min(100, Math.max(1, sigma)))}` : undefined]
  },
  UnsharpMask: () => ['e-usm'],
  BackgroundColor: (members) => {
    const known = color(members.get('color') ?? members.get('') ?? '')
    return [known && `bg-${known}`]
  },
  Opacity: (members) => {
    const share = plainNumber(members.get('opacity') ?? members.get('') ?? '')
    return [share !== undefined && share >= 0 && share <= 1 ? `o-${Math.round(share * 100)}` : undefined]
  },
  Trim: () => ['t-true'],
}

export function fromAkamai(query: ReadonlyMap<string, string>): string[] {
  if (query.get('imbypass') === 'true') return ['orig-true']
  const policy = query.get('impolicy') ?? ''
  const chain = (query.get('im') ?? '').split(';').flatMap((text) => {
    const [, name = '', rest = ''] = /^(\w+)(.*)$/.exec(text) ?? []
    return Object.hasOwn(transformations, name) ? step(transformations[name]?.(membersOf(rest)) ?? []) : []
  })
  const sides = step([side('w')(query.get('imwidth') ?? ''), side('h')(query.get('imheight') ?? '')])
  return [
    ...(/^\w{1,100}$/.test(policy) ? [`n-${policy}`] : []),
    ...chain,
    // Never enlarged.
    ...sides.map((text) => `${text},c-at_max`),
  ]
}

function membersOf(rest: string): Members {
  const parts = rest.match(/(?:\([^()]*\)|[^,()])+/g) ?? []
  return new Map(
    parts.map((part) => {
      const at = part.indexOf('=')
      return at === -1 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]
    }),
  )
}

const list = (text: string) => (/^\((.*)\)$/.exec(text)?.[1] ?? text).split(',')

function sizeOf(members: Members): string[] {
  const [first = '', second = ''] = list(members.get('size') ?? members.get('') ?? '')
  return [side('w')(members.get('width') ?? first), side('h')(members.get('height') ?? second)].filter(
    (item) => item !== undefined,
  )
}

function resizeMode(members: Members): string {
  const aspect = members.get('aspect') ?? 'fit'
  if (aspect === 'ignore') return 'c-force'
  if (aspect === 'fill') return 'c-at_least'
  return members.get('type') === 'downsize' ? 'c-at_max' : 'c-at_max_enlarge'
}

const whole = (key: string, text: string) => (/^\d{1,5}$/.test(text) ? `${key}-${text}` : undefined)
